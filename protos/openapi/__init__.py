"""OpenAPI from the contracts: every REST binding, described by the contracts' own comments."""
