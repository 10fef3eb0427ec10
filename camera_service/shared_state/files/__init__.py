"""cameras.yaml, its locks, which keyed writes were carried out, and where all of it lies."""
