"""The statistics library: plain functions on arrays, no Django, no global state.

See `README.md` for what is where. Nothing is imported here, so that using one method does not
load them all.
"""
