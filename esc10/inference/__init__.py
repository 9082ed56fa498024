"""A trained network answers: a sound of any length, whether it knows it, and why."""
