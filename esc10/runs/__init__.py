"""A training on disk: its folder, all of them, the bin, and the zip in which one travels."""
