"""The rollout's judgement, tried on simulated traffic: how often it errs, and how soon it stops."""
