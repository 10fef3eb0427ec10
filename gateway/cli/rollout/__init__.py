"""`camplane rollout`."""
