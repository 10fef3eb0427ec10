"""`camplane rules`, `camplane alerts` and `camplane channels`."""
