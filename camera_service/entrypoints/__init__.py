"""How calls come in, over gRPC and REST, and how answers go out."""
