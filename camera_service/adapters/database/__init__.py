"""Cameras in a database, mirrored in cameras.yaml."""
