"""Concerns, comparisons, hot spots, the area index, listing candidates."""
