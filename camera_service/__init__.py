"""The camera control context: which cameras there are, and the processes that read them."""
