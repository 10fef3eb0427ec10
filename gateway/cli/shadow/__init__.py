"""`camplane shadow`."""
