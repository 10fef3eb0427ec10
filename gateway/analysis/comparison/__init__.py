"""The two paths compared: statistics of every request, and what may be said of them. Pure."""
