"""One append-only log of every write that a figure, a right or a promise rests on."""
