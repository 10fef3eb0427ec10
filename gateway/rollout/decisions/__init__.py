"""Where rollouts stand, what is decided next, and the log of all that was decided."""
