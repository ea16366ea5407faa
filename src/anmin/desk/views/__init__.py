"""Thin views, one module for each kind of page; each brings its own ``urlpatterns``."""
