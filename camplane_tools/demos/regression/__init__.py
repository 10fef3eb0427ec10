"""The drill of the comparison: domain is harmed in five ways, and each must be named."""
