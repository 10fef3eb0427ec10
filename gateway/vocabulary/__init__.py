"""What all parts of the gateway speak of: contexts, paths, the split, operations, codes, roles."""
