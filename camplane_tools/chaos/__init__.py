"""Chaos tests: faults injected into a running camplane under load, and what it promises of each."""
