"""A sound with a playhead that runs over its pictures; one sound at a time on all pages."""
