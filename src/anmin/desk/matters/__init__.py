"""The pages over matters, and saved filters."""
