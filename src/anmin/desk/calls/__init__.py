"""Callbacks and interviews."""
