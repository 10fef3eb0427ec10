"""The process that reads one camera's video and measures it."""
