"""Replies to messages, and messages that did not arrive."""
