"""Writers: a description as a file."""
