"""What this room does without anybody asking."""

from anmin.kernel.jobs import daily
from anmin.matters.promises import reckon_again


@daily(at="03:10")
def promises() -> int:
    """Reckon deadlines anew where the holidays were not announced when they were made."""
    return reckon_again()
