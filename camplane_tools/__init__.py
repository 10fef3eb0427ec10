"""The tools: they stand above the product, and ask it as its users do."""
