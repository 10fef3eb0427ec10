"""Whether requests go where the switches say: asked of camplanes that are started for it."""
