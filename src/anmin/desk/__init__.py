"""The staff's pages, one room for each subject."""
