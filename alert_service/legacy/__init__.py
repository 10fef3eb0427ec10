"""The monolith's way with alert rules."""
