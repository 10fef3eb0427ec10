"""`camplane up`, `down`, `status` and `logs`."""
