"""Rollout plans: what they are, how they are read, and what lint says of them. Pure."""
