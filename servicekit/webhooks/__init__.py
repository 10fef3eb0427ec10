"""Who is told of something, over HTTP, signed, and until they have heard it."""
