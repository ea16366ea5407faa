"""Reference numbers, given out in blocks."""

from collections.abc import Iterator

from django.db.models import F, Max, Min
from django.db.models.functions import Length
from django.utils import timezone

from anmin.kernel.reference import format_number
from anmin.matters.models import Matter, NumberSeries
from anmin.matters.registry import all_kinds


def take_numbers(prefix: str, year: int, count: int = 1) -> Iterator[str]:
    """``count`` new numbers of a prefix and year. Inside the transaction that uses them."""
    series = NumberSeries.objects.filter(prefix=prefix, year=year)
    if not series.update(last=F("last") + count):
        NumberSeries.objects.get_or_create(prefix=prefix, year=year)
        series.update(last=F("last") + count)
    last = series.values_list("last", flat=True).get()
    return (format_number(prefix, year, n) for n in range(last - count + 1, last + 1))


def set_back() -> Iterator[str]:
    """Series that would give a number again: what they say, and a number that was given.

    One look-up in an index for each prefix and year.
    """
    known = {(one.prefix, one.year): one.last for one in NumberSeries.objects.all()}
    opened = Matter.objects.aggregate(first=Min("opened_at"), last=Max("opened_at"))
    years = {year for _prefix, year in known}
    if opened["first"]:
        first, last = (timezone.localtime(opened[end]).year for end in ("first", "last"))
        years |= set(range(first, last + 1))
    for prefix in sorted({kind.prefix for kind in all_kinds()}):
        for year in sorted(years):
            last = known.get((prefix, year), 0)
            after = format_number(prefix, year, last + 1)[:-1]
            beyond = Matter.objects.annotate(length=Length("number")).filter(
                number__gte=after, number__lt=f"{prefix}-{year}-~", length=len(after) + 1
            )
            if given := beyond.order_by("number").values_list("number", flat=True).last():
                yield f"{prefix}-{year}: {last} < {given}"
