"""The draws of the house: published before, drawn at night, revealed afterwards."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anmin.callbacks import fair_draw
from anmin.callbacks.days import midnight
from anmin.callbacks.ladder import rule
from anmin.callbacks.models import Answer, Callback, Draw, QualityCheck, Status, Via
from anmin.callbacks.sealing import read_seed, seal
from anmin.evidence.log import atomic
from anmin.matters.ledger import take_turn

PAGE = 10
"""Days on a page of published draws."""
CHUNK = 1000
_SHARES = {
    Draw.Purpose.CALLBACK: "share",
    Draw.Purpose.RECALL: "recall_share",
    Draw.Purpose.CHECK: "check_share",
}


def open_draw(purpose: Draw.Purpose, day: date) -> Draw:
    """The draw of a day; made now, with its seed's hash published, if there is none yet."""
    found = Draw.objects.filter(purpose=purpose, day=day).first()
    if found is not None:
        return found
    seed = fair_draw.new_seed()
    made, _created = Draw.objects.get_or_create(
        purpose=purpose,
        day=day,
        defaults={
            "population": _population(purpose),
            "share": rule(_SHARES[purpose]).value,
            "seed_sealed": seal(seed, kind="draw", of=f"{purpose}/{day}"),
            "seed_hash": fair_draw.seed_hash(seed),
            "published_at": timezone.now(),
        },
    )
    return made


def _population(purpose: Draw.Purpose) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        return {
            Draw.Purpose.CALLBACK: _("Matters planned for callback on that day, not excluded"),
            Draw.Purpose.RECALL: _("Answers given on the phone on that day"),
            Draw.Purpose.CHECK: _("Answers given on the phone on that day"),
        }[purpose]


def draw_before(day: date) -> int:
    """Carry out every draw of a day before ``day`` that still waits; returns how many."""
    waiting = Draw.objects.filter(drawn_at=None, day__lt=day).order_by("day", "purpose")
    return sum(carry_out(found.pk) for found in list(waiting))


@atomic
def carry_out(draw_id: int) -> bool:
    """Freeze the frame, draw, and reveal the seed; a draw that is done is left alone."""
    take_turn()
    found = Draw.objects.select_for_update().get(pk=draw_id)
    if found.drawn_at is not None:
        return False
    frame = _frame(found)
    seed = read_seed(found)
    drawn = fair_draw.draw(frame, seed=seed, share=found.share)
    if found.purpose == Draw.Purpose.CALLBACK:
        _decide(found, (pk for number, pk in frame.items() if number in drawn))
    else:
        QualityCheck.objects.bulk_create(
            [
                QualityCheck(draw=found, callback_id=pk)
                for number, pk in frame.items()
                if number in drawn
            ],
            batch_size=CHUNK,
        )
    found.frame_count, found.frame_digest = len(frame), fair_draw.frame_digest(frame)
    found.selected, found.seed, found.drawn_at = len(drawn), seed, timezone.now()
    found.save()
    return True


def _frame(draw: Draw) -> dict[str, int]:
    """Who can be drawn: the callback by the reference of its matter and its round.

    Of two closings of one matter in the same frame the later one has a number of its own.
    """
    if draw.purpose == Draw.Purpose.CALLBACK:
        rows: QuerySet[Any, tuple[str, int, int]] = Callback.objects.filter(
            draw=draw, status=Status.PENDING
        ).values_list("matter__number", "round", "pk")
    else:
        rows = Answer.objects.filter(
            at__gte=midnight(draw.day), at__lt=midnight(draw.day, days=1), via=Via.CALL, seq=1
        ).values_list("callback__matter__number", "callback__round", "callback_id")
    frame: dict[str, int] = {}
    for number, turn, pk in rows.order_by("pk"):
        name, nth = f"{number}/{turn}", 2
        while name in frame:
            name, nth = f"{number}/{turn}-{nth}", nth + 1
        frame[name] = pk
    return frame


def _decide(draw: Draw, drawn: Iterable[int]) -> None:
    """Those drawn are planned; the rest of the frame is excluded, and counted, as not drawn."""
    frame = Callback.objects.filter(draw=draw, status=Status.PENDING)
    chosen = list(drawn)
    for start in range(0, len(chosen), CHUNK):
        frame.filter(pk__in=chosen[start : start + CHUNK]).update(status=Status.PLANNED)
    frame.update(status=Status.EXCLUDED, exclusion="not_drawn", closed_at=timezone.now())


def published(before: date | None = None) -> tuple[Sequence[Draw], date | None]:
    """The draws of ``PAGE`` days, newest first, for anybody to check: their hashes and, once
    drawn, their seeds. Also the day before which there is more, if there is. Two statements.
    """
    rows = Draw.objects.defer("seed_sealed").order_by("-day", "purpose")
    if before is not None:
        rows = rows.filter(day__lt=before)
    days = list(rows.order_by("-day").values_list("day", flat=True).distinct()[: PAGE + 1])
    shown = days[:PAGE]
    return list(rows.filter(day__in=shown)), shown[-1] if len(days) > PAGE else None
