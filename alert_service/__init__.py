"""The alert context: rules, and the history of the alerts they raised."""
