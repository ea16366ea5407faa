"""The desk's pages of programmes."""
