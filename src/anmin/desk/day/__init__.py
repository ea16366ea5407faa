"""The first page, the day board, the morning page."""
