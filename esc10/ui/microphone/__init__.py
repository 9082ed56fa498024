"""Sounds from the browser's microphone, with its speech filters off."""
