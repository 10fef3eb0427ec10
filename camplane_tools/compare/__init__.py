"""Ask two implementations the same, and say where their answers differ."""
