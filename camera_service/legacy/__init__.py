"""The monolith's way: cameras.yaml read and written in each request, no database, no model."""
