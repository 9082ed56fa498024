"""Samples as mel spectrograms: cached, scaled on the training clips alone, cut into windows."""
