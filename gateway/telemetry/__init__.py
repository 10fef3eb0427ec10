"""What Envoy and the services tell of requests: taken in, counted, kept, reconciled."""
