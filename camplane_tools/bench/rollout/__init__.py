"""Rollouts measured: shifts under load, a domain that fails, a controller that is killed."""
