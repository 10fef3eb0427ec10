"""Everything on one machine: starts the services and Envoy, keeps them up, takes them down."""
