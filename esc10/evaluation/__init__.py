"""How good a run is, from the answers it stored."""
