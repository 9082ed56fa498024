"""The page of cross-validations."""
