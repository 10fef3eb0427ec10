"""The contracts as code, Envoy's descriptors and the OpenAPI document: all generated."""
