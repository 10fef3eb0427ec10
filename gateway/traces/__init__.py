"""Traces of every request: received, read, joined, counted, kept."""
