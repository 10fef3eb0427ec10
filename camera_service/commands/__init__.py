"""What `python -m camera_service` does beside serving."""
