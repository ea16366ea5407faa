"""What a bench needs in a home before it measures; each runs in a process of its own."""
