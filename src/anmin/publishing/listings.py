"""Listed places as the public reads them: place, bodies, facts, deadline, what was reached, the reply.

The words are made in both languages from the facts that the kind declares for the board
(``Kind.board``); what officers and bodies wrote is in the language they wrote it in.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.matters import policy
from anmin.matters.board import Board
from anmin.matters.conflict import About
from anmin.matters.conflict import about as concerned_by
from anmin.matters.fact_types import typed_facts
from anmin.matters.fact_words import in_the_words_of
from anmin.matters.models import Deadline, Entry, Matter, Party
from anmin.matters.registry import all_kinds
from anmin.people.models import Account
from anmin.publishing.content import Content, content_of
from anmin.publishing.names import of_matter
from anmin.publishing.sources import Draft, Offer
from anmin.stats.counts import compare

OFFERED = 50


def draft(key: str) -> Draft:
    """The first text about a listed place. Raises ``NotFound``."""
    matter, board = _listed(key)
    due = _due(matter, board)
    return Draft(
        content=_content(matter, board, due),
        names=of_matter(matter),
        area=matter.area.code if matter.area else "",
        stamp=_stamp(matter, board, due),
    )


def still_true(key: str, stamp: str) -> str:
    """Whether it stands as the text says: on the list, with that deadline; or taken off it."""
    try:
        matter, board = _listed(key)
    except NotFound:
        return "no_longer_true"
    now = _stamp(matter, board, _due(matter, board))
    if now == stamp:
        return ""
    return "lifted" if now.startswith("lifted") else "no_longer_true"


def may_draft(account: Account, key: str) -> bool:
    """Whoever sees the matter while it stands on the list, or since it was taken off."""
    try:
        matter, _board = _listed(key)
    except NotFound:
        return False
    return policy.in_scope(account, matter)


def offers(account: Account) -> Sequence[Offer]:
    """The listed places that this person sees, the newest first."""
    rows = policy.visible(account, Matter.objects.filter(_public())).select_related("area")
    found = rows.order_by("-opened_at", "-pk")[:OFFERED]
    return [
        Offer(one.number, f"{_place(one)} · {one.headline} · {one.state_label}") for one in found
    ]


def about(key: str) -> About:
    """The units that answer for the place, and whoever the matter is about."""
    matter = Matter.objects.filter(number=key).first()
    if matter is None:
        return About()
    units = {matter.unit_id} if matter.unit_id else set()
    parties = Party.objects.filter(matter=matter, ended_at=None)
    units |= set(parties.filter(unit__isnull=False).values_list("unit_id", flat=True))
    people = set(parties.filter(account__isnull=False).values_list("account_id", flat=True))
    return concerned_by(matter) | About(frozenset(people), frozenset(units))


def _public() -> Q:
    states = Q(pk__in=())
    for kind in all_kinds():
        if kind.board is not None:
            states |= Q(kind=kind.code, state__in=kind.board.states)
    return states


def _listed(key: str) -> tuple[Matter, Board]:
    matter = Matter.objects.filter(number=key).select_related("area", "unit", "assignee").first()
    board = matter.type.board if matter is not None else None
    if matter is None or board is None or matter.state not in board.states:
        raise NotFound(_("No place of this number is, or was, on the list."))
    return matter, board


def _due(matter: Matter, board: Board) -> datetime | None:
    row = Deadline.objects.filter(matter=matter, clock=board.due).first()
    return row.due_at if row is not None else None


def _stamp(matter: Matter, board: Board, due: datetime | None) -> str:
    if matter.state in board.lifted:
        return "lifted"
    return f"live {timezone.localdate(due).isoformat() if due else ''}".strip()


def _place(matter: Matter) -> str:
    area = matter.area.label if matter.area else ""
    return " ".join(dict.fromkeys(one for one in (area, matter.place) if one))


def _content(matter: Matter, board: Board, due: datetime | None) -> Content:
    lifted = matter.state in board.lifted
    facts = matter.details
    marks = {
        "standing": "lifted" if lifted else "live",
        "since": _day_of(facts.get(board.listed_at)),
        "due": timezone.localdate(due).isoformat() if due and not lifted else "",
        "lifted": _day_of(facts.get(board.lifted_at)) if lifted else "",
        "area": matter.area.code if matter.area else "",
    }
    data: dict[str, Any] = {"marks": {name: text for name, text in marks.items() if text}}
    for code, language in (("zh", "zh-hans"), ("en", "en")):
        with translation.override(language):
            data[code] = {
                "title": _title(matter, lifted, language),
                "lead": _lead(marks, lifted),
                "facts": list(_facts(matter, board, marks)),
                "body": list(_body(matter, board)),
            }
    return content_of(data)


def _title(matter: Matter, lifted: bool, language: str) -> str:
    topic = str(matter.topic.label) if matter.topic else ""
    # The line that an officer wrote is Chinese; in English the category says it.
    what = matter.headline if language != "en" and matter.headline else topic
    told = (
        _("%(place)s: taken off the list (%(what)s)")
        if lifted
        else _("%(place)s: %(what)s, listed")
    )
    return (told % {"place": _place(matter), "what": what})[:120]


def _lead(marks: Mapping[str, str], lifted: bool) -> str:
    values = {
        name: _said(marks[name]) if marks[name] else "—" for name in ("since", "due", "lifted")
    }
    if lifted:
        return _("Listed on %(since)s, put right and taken off the list on %(lifted)s.") % values
    return _("On the list since %(since)s, to be put right by %(due)s.") % values


def _facts(matter: Matter, board: Board, marks: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield {"label": _("Place"), "value": _place(matter)}
    if found := _counted(matter.details, board):
        yield found
    yield from _plain(matter, (board.ground, board.bodies, board.lacks))
    names = {
        "since": _("Listed on"),
        "due": _("To be put right by"),
        "lifted": _("Taken off the list on"),
    }
    for name, label in names.items():
        if marks[name]:
            yield {"label": label, "value": _said(marks[name])}


def _counted(facts: Mapping[str, Any], board: Board) -> dict[str, Any] | None:
    """So many events where so many were: with the interval, and whether chance explains it."""
    now, before = facts.get(board.counted), facts.get(board.usual)
    if now is None:
        return None
    found: dict[str, Any] = {"label": _("Events counted"), "value": str(now), "n": now}
    if since := facts.get(board.since):
        found["cut_off"] = _("counted since %(day)s") % {"day": _said(since)}
    if before is None:
        return found
    level = settings.RULES.get("measures.confidence", timezone.localdate()).share
    test = compare(now, before, level=level)
    found["value"] = _("%(now)s, where %(before)s were before") % {"now": now, "before": before}
    found["n"] = now + before
    if before:
        values = {
            "ratio": f"{test.ratio:.2f}",
            "low": f"{test.low:.2f}",
            "high": f"{test.high:.2f}",
        }
        found["interval"] = _("ratio %(ratio)s (%(low)s–%(high)s)") % values
    p = "p<0.001" if test.p_minlike < 0.001 else f"p={test.p_minlike:.2f}"
    explained = test.p_minlike > 1 - level
    told = (
        _("Chance alone may explain the difference (%(p)s).")
        if explained
        else _("Chance alone hardly explains the difference (%(p)s).")
    )
    return {**found, "note": told % {"p": p}}


def _plain(matter: Matter, names: Sequence[str]) -> Iterator[dict[str, Any]]:
    types = typed_facts(matter.type.details)
    for name in names:
        kept = matter.details.get(name)
        if kept not in (None, "", []):
            yield {"label": str(types[name].title), "value": in_the_words_of(types[name], kept)}


def _body(matter: Matter, board: Board) -> Iterator[str]:
    """What was reached and when, what those listed reply, and what has changed."""
    for day, told in _milestones(matter, board):
        yield _("Reached on %(day)s: %(what)s") % {"day": _said(day), "what": told}
    if reply := matter.details.get(board.reply):
        yield _("Those who answer for it reply: %(reply)s") % {"reply": reply}
    if result := matter.details.get(board.result):
        yield _("What has changed: %(result)s") % {"result": result}


def _milestones(matter: Matter, board: Board) -> list[tuple[str, str]]:
    found = []
    for entry in Entry.objects.filter(matter=matter).order_by("seq"):
        given = entry.payload.get("details", {})
        if given.get(board.milestone) and given.get(board.reached):
            found.append((str(given[board.reached]), str(given[board.milestone])))
    return list(dict.fromkeys(found))


def _day_of(kept: Any) -> str:
    """The day of a fact that is a moment or a day, as ISO 8601."""
    if not kept:
        return ""
    text = str(kept)
    if "T" in text or " " in text:
        return timezone.localdate(datetime.fromisoformat(text)).isoformat()
    return text[:10]


def _said(day: str) -> str:
    return formats.date_format(date.fromisoformat(_day_of(day)), "DATE_FORMAT")
