"""What to train, the networks, and one training from its first epoch to its result."""
