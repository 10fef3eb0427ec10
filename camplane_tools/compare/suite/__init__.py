"""The built-in suite: every endpoint, error and edge of the documented contract."""
