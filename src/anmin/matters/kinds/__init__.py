"""One folder per kind of matter; nothing outside this folder imports one by name."""
