"""Changes to accounts that wait for a second person."""
