"""How the configuration of Envoy's extensions is named."""

TYPE = "type.googleapis.com/envoy.extensions"
