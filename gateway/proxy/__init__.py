"""Envoy's configuration, all of it computed: contracts and topology in, documents out."""
