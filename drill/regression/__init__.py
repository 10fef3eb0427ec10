"""The drill of the comparison: domain is made slow, wrong and down, and each must be named."""
