"""The domain implementation's way to its database."""
