"""What every page of the desk stands in: navigation, components, keys, look."""
