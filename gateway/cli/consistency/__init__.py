"""`camplane consistency`."""
