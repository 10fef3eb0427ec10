"""A log that is only appended to, in which each entry holds the hash of the one before."""
