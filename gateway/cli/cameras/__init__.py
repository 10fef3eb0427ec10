"""`camplane cameras`."""
