"""Short messages to people: one-time codes and notices, handed to whoever delivers them."""
