"""What an alert rule may be. Pure: stdlib only."""
