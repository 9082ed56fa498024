"""What to train, the networks, and one training from its first epoch to its result."""

import os

# TensorFlow leaves oneDNN off on processors without AVX512-VNNI or AMX, which most laptops have: a
# step of the time-distributed network took three times as long there. It looks when it is imported.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
