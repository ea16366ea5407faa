"""The staff face: pages, components and the keyboard layer of the desk."""
