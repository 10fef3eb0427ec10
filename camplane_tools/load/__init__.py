"""The load generator: requests as fast as they are answered, or at a rate, and what they cost."""
