"""Orders to bodies outside the police: what a body owes, and what was asked of bodies."""
