"""What both implementations share: one database, its tables, which writes were carried out."""
