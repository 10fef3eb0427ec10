"""Where cases come from besides the built-in suite: recordings and descriptions."""
