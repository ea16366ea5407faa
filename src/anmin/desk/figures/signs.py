"""Differences as people read them: with their sign, and none where nothing is left of them."""


def signed(number: float, digits: int = 1) -> str:
    """A difference with its sign, rounded; what rounds to nothing has no sign."""
    rounded = round(number, digits)
    words = f"{rounded:+.{digits}f}".replace("-", "−")
    return words if rounded else words[1:]
