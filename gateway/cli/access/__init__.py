"""`camplane token` and `camplane audit`."""
