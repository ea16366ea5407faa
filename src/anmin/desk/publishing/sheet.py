"""A text laid out for whoever reviews it: its blocks, what is hidden in them, what was done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from anmin.desk.publishing.words import PARTS
from anmin.faces.timeline import Event
from anmin.publishing.reasons import reasons

if TYPE_CHECKING:
    from anmin.publishing.models import Step
    from anmin.publishing.queries import Passage, Sheet

NAMES = {"zh": "中文", "en": "English"}
TAGS = {"zh": "zh-Hans", "en": "en"}
_TONES = {"approve": "done", "refuse": "declined", "withdraw": "withdrawn", "expire": "withdrawn"}
_TONES |= {"submit": "waiting", "untrue": "late", "draft": "open", "revise": "working"}


def blocks(sheet: Sheet) -> list[dict[str, Any]]:
    """The languages of a text with their parts; each passage in pieces, hidden ones numbered."""
    numbers = {one.key: n for n, one in enumerate(sheet.face.hidings, start=1)}
    found: dict[str, dict[str, list[Any]]] = {}
    for passage in sheet.passages:
        part, _dot, place = passage.part.partition(".")
        facts = getattr(sheet.text.content, passage.language).facts
        of = facts[int(place.split(".")[0])].n if place.endswith(".value") else None
        line = {
            "pieces": [
                {"of": piece, "number": numbers.get(piece.hiding.key) if piece.hiding else None}
                for piece in passage.pieces
            ],
            "label": part == "facts" and place.endswith(".label"),
            "n": of,
        }
        found.setdefault(passage.language, {}).setdefault(part, []).append(line)
    return [
        {
            "name": NAMES[language],
            "tag": TAGS[language],
            "parts": [
                {"title": PARTS[part], "code": part, "lines": parts[part]}
                for part in PARTS
                if part in parts
            ],
        }
        for language, parts in found.items()
    ]


def hidings(sheet: Sheet) -> list[dict[str, Any]]:
    """What is hidden, one by one: the words, what stands instead, why, and whether it was lifted."""
    pieces = {
        piece.hiding.key: piece
        for passage in sheet.passages
        for piece in _hidden(passage)
        if piece.hiding
    }
    return [
        {
            "number": n,
            "key": one.key,
            "old": pieces[one.key].text,
            "new": pieces[one.key].shown,
            "rule": pieces[one.key].rule,
            "lifted": sheet.face.lifted.get(one.key, ""),
        }
        for n, one in enumerate(sheet.face.hidings, start=1)
        if one.key in pieces
    ]


def _hidden(passage: Passage) -> Iterable[Any]:
    return (piece for piece in passage.pieces if piece.hiding is not None)


def events(steps: Sequence[Step]) -> list[Event]:
    """What was done, for the timeline; of a hiding that was lifted its rule, never its words."""
    return [
        Event(
            at=step.at,
            actor=str(step.actor) if step.actor else _("The house itself"),
            action=str(step.get_did_display()),
            tone=_TONES.get(step.did, "plain"),
            note=" ".join(one for one in (_about(step), step.reason) if one),
        )
        for step in steps
    ]


def _about(step: Step) -> str:
    if step.did in ("withdraw", "untrue") and step.about in reasons():
        return reasons()[step.about].label
    return ""
