"""What people are told of, and which of it they want."""
