"""What can be done with alert rules, and what it needs from outside."""
