"""The documented plan on real traffic, in minutes: once to the end, once caught and taken back."""
