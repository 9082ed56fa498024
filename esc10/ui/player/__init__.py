"""A playhead over a sound's pictures, two sounds to compare, what all players do together."""
