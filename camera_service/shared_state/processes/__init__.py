"""The workers: how they are started, found, limited and ended."""
