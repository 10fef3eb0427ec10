"""`camplane rules`."""
