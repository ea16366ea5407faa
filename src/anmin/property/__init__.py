"""Stolen and seized property: kept, matched with its owners, given back."""
