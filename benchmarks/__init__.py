"""How fast it is, side by side with what else there is, measured in one run.

    python -m benchmarks NAME [--json]

Read `train_step` first: contenders, each in a process of its own, take turns. `README.md` has the
figures and what was tried to better them.
"""
