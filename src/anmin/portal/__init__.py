"""The citizens' face: pages that answer one question each."""
