"""What is different in a programme since the version before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from anmin.campaign.description import Programme

FIELDS = {
    "title": _("title"),
    "title_en": _("English title"),
    "activity": _("activity"),
    "phrase": _("phrase of the source"),
    "lead": _("leading unit"),
    "partners": _("partner units"),
    "start": _("first day"),
    "end": _("last day"),
    "proof": _("what proves it"),
    "measure": _("indicator or evidence"),
    "where": _("narrowed to"),
    "target": _("target"),
    "aim": _("direction"),
    "note": _("note"),
    "note_en": _("English note"),
    "dropped": _("dropped because"),
}
"""What may change of an item, in the order in which it is shown."""
OF_PROGRAMME = {
    "title": _("title"),
    "title_en": _("English title"),
    "start": _("first day"),
    "end": _("last day"),
    "planned": _("items planned"),
    "source": _("source"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One difference; ``code`` is empty where it is one of the programme itself."""

    code: str
    sort: str
    field: Any = ""
    before: str = ""
    after: str = ""


def changes(before: Programme | None, after: Programme) -> list[Change]:
    """The differences in order: of the programme, of activities, of items."""
    if before is None:
        return [Change(one.code, "added", after=str(one)) for one in after.items]
    return [*_of_head(before, after), *_of_activities(before, after), *_of_items(before, after)]


def _of_head(before: Programme, after: Programme) -> Iterator[Change]:
    yield from _fields("", before, after, OF_PROGRAMME)


def _of_activities(before: Programme, after: Programme) -> Iterator[Change]:
    old = {one.code: one for one in before.activities}
    new = {one.code: one for one in after.activities}
    for code, one in new.items():
        if code not in old:
            yield Change(code, "activity_added", after=str(one))
        elif one != old[code]:
            yield Change(code, "activity_changed", before=str(old[code]), after=str(one))
    for code in old.keys() - new.keys():
        yield Change(code, "activity_gone", before=str(old[code]))
    if [code for code in old if code in new] != [code for code in new if code in old]:
        yield Change("", "activities_order")


def _of_items(before: Programme, after: Programme) -> Iterator[Change]:
    old = {one.code: one for one in before.items}
    for item in after.items:
        was = old.get(item.code)
        if was is None:
            yield Change(item.code, "added", after=str(item))
            continue
        if bool(item.dropped) != bool(was.dropped):
            yield Change(item.code, "dropped" if item.dropped else "taken_up", after=item.dropped)
        yield from _fields(item.code, was, item, FIELDS)


def _fields(code: str, before: Any, after: Any, fields: dict[str, Any]) -> Iterator[Change]:
    for name, label in fields.items():
        one, other = getattr(before, name), getattr(after, name)
        if one != other and not (name == "dropped" and bool(one) != bool(other)):
            yield Change(code, "changed", label, said(one), said(other))


def said(value: Any) -> str:
    """A value of a description in one line."""
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, dict):
        return "; ".join(f"{name}={','.join(values)}" for name, values in value.items())
    return "" if value is None else str(value)
