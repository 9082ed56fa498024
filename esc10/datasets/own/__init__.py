"""A dataset made of somebody's own sounds: a folder, a zip, or recordings that were kept."""
