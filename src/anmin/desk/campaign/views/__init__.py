"""The pages, a file for each thing somebody comes to do."""
