"""Rules and history in a database, as the domain implementation reads and writes them."""
