"""Waves, their draws, results and methodology."""
