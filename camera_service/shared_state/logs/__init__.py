"""The workers' logs: read, followed, rotated."""
