"""One file per way out of the house. Adding a file adds a provider; see ``base``."""
