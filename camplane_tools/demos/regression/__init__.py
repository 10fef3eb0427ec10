"""The demonstration of the comparison: domain is harmed in five ways, and each must be named."""
