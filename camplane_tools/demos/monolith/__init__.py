"""The documented plan before a monolith that nobody here wrote, and what its clients see of it."""
