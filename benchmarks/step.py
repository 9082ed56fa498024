"""What a contender does to be timed: a step, or a few of them."""

from collections.abc import Callable

Step = Callable[[], int]
"""Says how many steps it took."""
