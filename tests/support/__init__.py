"""What tests are made of: small data from a seed, servers, made-up runs, waiting."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The repository."""
