"""`camplane traffic`."""
