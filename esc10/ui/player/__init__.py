"""A sound with a playhead that runs over its pictures."""
