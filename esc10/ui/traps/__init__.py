"""The page of traps."""
