"""Reference numbers, given out in blocks."""

from collections.abc import Iterator

from django.db.models import F

from anmin.kernel.reference import format_number
from anmin.matters.models import NumberSeries


def take_numbers(prefix: str, year: int, count: int = 1) -> Iterator[str]:
    """``count`` new numbers of a prefix and year. Inside the transaction that uses them."""
    series = NumberSeries.objects.filter(prefix=prefix, year=year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.get_or_create(prefix=prefix, year=year)
        series.update(last=F("last") + count)
    last = series.values_list("last", flat=True).get()
    return (format_number(prefix, year, n) for n in range(last - count + 1, last + 1))
