"""Numbers as people read them on every page of figures; a dash where there is none."""

from collections.abc import Callable

DASH = "—"


def counted(number: float) -> str:
    """A count; of a weighted or expected one, one digit after the point."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def percent(share: float | None, digits: int = 1) -> str:
    """0.936 as 93.6%."""
    return DASH if share is None else f"{share * 100:.{digits}f}%"


def decimal(value: float | None, digits: int = 1) -> str:
    """7.42 with so many digits after the point."""
    return DASH if value is None else f"{value:.{digits}f}"


def span(
    low: float | None, high: float | None, write: Callable[[float | None], str] = percent
) -> str:
    """Two limits, their sign said once: 93.1–94.1%."""
    if low is None or high is None:
        return DASH
    return f"{write(low).removesuffix('%')}–{write(high)}"


def p_value(p: float | None) -> str:
    """Three digits, never an exact nought."""
    if p is None:
        return DASH
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
