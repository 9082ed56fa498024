"""An answer taken apart: the sound's order, its regions and its quality, changed one at a time."""
