"""Property on the desk: the register, one thing with its story, losses, returns, events."""
