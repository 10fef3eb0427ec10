"""KitchenWatch: cameras, hygiene alerts and records of a kitchen, in one server."""
