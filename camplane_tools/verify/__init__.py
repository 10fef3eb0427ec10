"""Walks every endpoint of a running system on both paths, and leaves nothing behind."""
