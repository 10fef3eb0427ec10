"""The control process: what it serves, and how it is put together."""
