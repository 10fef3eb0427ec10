"""What can be done with cameras, and what it needs from outside."""
