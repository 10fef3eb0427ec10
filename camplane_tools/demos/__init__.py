"""Plays on a running camplane that show what is promised."""
