"""Who is told of a decision, until they have heard it."""
