"""Who wrote what, and who was refused: taken from Envoy's log into one that is only appended to."""
