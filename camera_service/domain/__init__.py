"""Camera control as such: pure decisions, standard library only."""
