"""SQLite with fair turns for writers: Django's backend, and a queue before the write lock."""
