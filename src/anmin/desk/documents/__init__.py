"""The desk of official documents."""
