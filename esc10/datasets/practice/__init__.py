"""The practice sounds: synthetic, computed here from a seed, named as ESC-10's classes."""
