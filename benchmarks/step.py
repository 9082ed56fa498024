"""A step of a contender: what is timed."""

from collections.abc import Callable

Step = Callable[[], object]
