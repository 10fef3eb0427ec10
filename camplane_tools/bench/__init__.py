"""Measures camplane: `make bench`. The product imports nothing of this package."""
