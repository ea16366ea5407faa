"""A programme: activities, work items, and progress that is computed and never typed in."""
