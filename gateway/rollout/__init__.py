"""How much of the traffic goes to the new implementations, and who may change it."""
