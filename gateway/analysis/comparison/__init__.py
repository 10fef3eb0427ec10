"""The two paths compared: is domain better, worse or the same, RPC by RPC. Pure."""
