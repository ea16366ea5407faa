"""What pages of figures share."""
