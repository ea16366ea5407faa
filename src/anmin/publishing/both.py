"""Texts that the house makes itself, in both languages; and figures as a text shows them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from typing import Any

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anmin.measures.figures import Figure
from anmin.measures.queries import Result
from anmin.measures.registry import Kind
from anmin.measures.suppression import ANY, Key, hidden_keys
from anmin.publishing.content import Content, content_of

LANGUAGES = (("zh", "zh-hans"), ("en", "en"))


def both(make: Callable[[], Mapping[str, Any]], marks: Mapping[str, str] | None = None) -> Content:
    """The text that ``make`` gives, made once in each language."""
    data: dict[str, Any] = {"marks": dict(marks or {})}
    for code, language in LANGUAGES:
        with translation.override(language):
            data[code] = dict(make())
    return content_of(data)


def hidden_in(tables: Iterable[Result]) -> set[Key]:
    """The cells that one of these tables by the same dimension must hide: then all of them hide it.

    The public sees fewer than the desk: what comes of few records is hidden here whatever the indicator says, and
    with it what it could be reckoned from. A cell that one table hides for another's sake, shown in a second table
    of nearly the same records, would tell what it was to cover.
    """
    minimum = settings.RULES.get("measures.suppress_below", timezone.localdate()).number
    hidden: set[Key] = set()
    for result in tables:
        if not result.by:
            hidden |= {()} if 0 < _size(result.total) < minimum else set()
            continue
        cells: dict[Key, int] = {(one.dimensions[result.by[0]],): _size(one) for one in result.rows}
        hidden |= hidden_keys(cells, minimum) if cells else set()
    return hidden


def as_facts(
    result: Result, label: Callable[[str], str], hidden: Set[Key] | None = None
) -> Iterator[dict[str, Any]]:
    """The whole and the cells of a figure by one dimension at most, as a text shows them.

    ``hidden``: what `hidden_in` gives of all tables that are published of the period by this
    dimension, where there are several.
    """
    hidden = hidden_in([result]) if hidden is None else hidden
    whole: Key = (ANY,) * len(result.by)
    yield as_fact(_("All together"), result.total, result, hidden=whole in hidden)
    for one in result.rows if result.by else ():
        value = one.dimensions[result.by[0]]
        yield as_fact(label(str(value or "")), one, result, hidden=(value,) in hidden)


def as_fact(label: object, figure: Figure, result: Result, *, hidden: bool) -> dict[str, Any]:
    """A figure as a text shows it: of how many, with its interval, counted until when; or that it is hidden."""
    fact: dict[str, Any] = {"label": str(label)[:120], "cut_off": until(result)}
    if hidden or figure.suppressed:
        return {**fact, "value": _("too few to show")}
    if figure.value is None:
        return {**fact, "value": _("nothing to count"), "n": figure.denominator or 0}
    counts = result.indicator.kind is Kind.COUNT
    said = _count if counts else percent
    fact |= {"value": said(figure.value), "n": int(figure.value) if counts else figure.denominator}
    if figure.low is not None and figure.high is not None:
        fact["interval"] = f"{said(figure.low)}–{said(figure.high)}"
    return fact


def _size(figure: Figure) -> int:
    """Of how many records a figure comes; nobody knows of one that is hidden already."""
    known = figure.numerator if figure.denominator is None else figure.denominator
    return int(known or 0)


def _count(value: float) -> str:
    return str(formats.number_format(round(value)))


def until(result: Result) -> str:
    """Of which state of the records a figure is."""
    day = formats.date_format(timezone.localtime(result.cutoff), "DATETIME_FORMAT")
    return _("records as of %(day)s") % {"day": day}


def percent(share: float) -> str:
    """A share in per cent, with one place."""
    return f"{formats.number_format(share * 100, decimal_pos=1)}%"
