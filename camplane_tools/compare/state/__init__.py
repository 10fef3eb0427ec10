"""The state that each side of a comparison begins with, and the camplane it lies in."""
