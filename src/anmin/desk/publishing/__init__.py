"""The desk of publishing: drafts, reviews, what is before the public, the calendar."""
