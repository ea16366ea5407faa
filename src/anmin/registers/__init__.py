"""Registers: things, who has them, and how they came there."""
