"""Does a step pass, fail, or need more evidence? Pure."""
