"""Reference numbers, given out in blocks."""

from collections.abc import Iterator

from django.db.models import F
from django.db.models.functions import Length

from anmin.kernel.reference import format_number
from anmin.matters.models import Matter, NumberSeries
from anmin.matters.registry import all_kinds


def take_numbers(prefix: str, year: int, count: int = 1) -> Iterator[str]:
    """``count`` new numbers of a prefix and year. Inside the transaction that uses them."""
    last = next_in_series(prefix, year, count)
    return (format_number(prefix, year, n) for n in range(last - count + 1, last + 1))


def next_in_series(prefix: str, year: int, count: int = 1) -> int:
    """The last of ``count`` new counts of a prefix and year, for a room with numbers of its own form."""
    series = NumberSeries.objects.filter(prefix=prefix, year=year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.get_or_create(prefix=prefix, year=year)
        series.update(last=F("last") + count)
    return series.values_list("last", flat=True).get()


def set_back() -> Iterator[str]:
    """Series that would give a number again: what they say, and a number that was given.

    One look-up in an index for each prefix and year.
    """
    known = {(one.prefix, one.year): one.last for one in NumberSeries.objects.all()}
    for prefix in sorted({kind.prefix for kind in all_kinds()}):
        for year in _years(prefix) | {year for of, year in known if of == prefix}:
            last = known.get((prefix, year), 0)
            after = format_number(prefix, year, last + 1)[:-1]
            beyond = Matter.objects.annotate(length=Length("number")).filter(
                number__gte=after, number__lt=f"{prefix}-{year}-~", length=len(after) + 1
            )
            if given := beyond.order_by("number").values_list("number", flat=True).last():
                yield f"{prefix}-{year}: {last} < {given}"


def _years(prefix: str) -> set[int]:
    """From the first to the last year of which there are numbers with that prefix."""
    rows = Matter.objects.filter(number__gte=f"{prefix}-", number__lt=f"{prefix}-~")
    numbers = rows.order_by("number").values_list("number", flat=True)
    ends = [str(one).split("-")[1] for one in (numbers.first(), numbers.last()) if one]
    years = [int(one) for one in ends if one.isdigit() and "1000" <= one <= "9999"]
    return set(range(min(years), max(years) + 1)) if years else set()
