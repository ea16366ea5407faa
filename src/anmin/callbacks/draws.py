"""The draws of the house: published before, drawn at night, revealed afterwards."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anmin.callbacks.days import midnight
from anmin.callbacks.ladder import rule
from anmin.callbacks.models import (
    Answer,
    Callback,
    Draw,
    FrameLine,
    QualityCheck,
    Status,
    Via,
)
from anmin.callbacks.sealing import blind, read_seed, seal
from anmin.draws.numbers import announce
from anmin.draws.recomputing import Published
from anmin.evidence.log import atomic
from anmin.kernel import fair_draw
from anmin.kernel.errors import NotFound
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
    """Freeze the frame of every draw of a day before ``day``, and draw what need not wait; returns
    how many frames were frozen or draws made.
    """
    open_ones = Draw.objects.filter(drawn_at=None, day__lt=day).order_by("day", "purpose")
    frozen = sum(freeze(found.pk) for found in list(open_ones.filter(frozen_at=None)))
    return frozen + draw_waiting()


def draw_waiting() -> int:
    """Make every draw whose public number has come meanwhile; returns how many."""
    ready = Draw.objects.filter(drawn_at=None, frozen_at__isnull=False).exclude(number__value="")
    return sum(
        carry_out(pk) for pk in list(ready.order_by("day", "pk").values_list("pk", flat=True))
    )


@atomic
def freeze(draw_id: int) -> bool:
    """Freeze and publish who can be drawn, and announce the number that decides.

    Where the house waits for none, draw at once. A frame that is frozen stays as it is.
    """
    take_turn()
    found = Draw.objects.select_for_update().get(pk=draw_id)
    if found.frozen_at is not None:
        return False
    frame = {blind(found, reference): pk for reference, pk in _frame(found).items()}
    FrameLine.objects.bulk_create(
        [FrameLine(draw=found, callback_id=pk, line=line) for line, pk in sorted(frame.items())],
        batch_size=CHUNK,
    )
    found.frozen_at = timezone.now()
    found.frame_count, found.frame_digest = len(frame), fair_draw.frame_digest(_published(frame))
    found.number = announce(found.frozen_at) if frame else None
    found.save()
    if found.number is None:
        _draw(found)
    return True


@atomic
def carry_out(draw_id: int) -> bool:
    """Draw from the frozen frame, and reveal the secret. Nothing is done again, nor without the number."""
    take_turn()
    found = Draw.objects.select_for_update(of=("self",)).select_related("number").get(pk=draw_id)
    if found.drawn_at is not None or found.frozen_at is None:
        return False
    if found.number is not None and not found.number.value:
        return False
    _draw(found)
    return True


def _draw(found: Draw) -> None:
    frame = dict(found.lines.values_list("line", "callback_id"))
    secret = read_seed(found)
    seed = fair_draw.combined(secret, found.number.value) if found.number else secret
    drawn = fair_draw.draw(frame, seed=seed, share=found.share)
    chosen = [frame[line] for line in sorted(drawn)]
    if found.purpose == Draw.Purpose.CALLBACK:
        found.gone = len(chosen) - _decide(found, chosen)
    else:
        QualityCheck.objects.bulk_create(
            [QualityCheck(draw=found, callback_id=pk) for pk in chosen], batch_size=CHUNK
        )
        found.gone = 0
    found.selected, found.drawn_digest = len(drawn), fair_draw.frame_digest(drawn)
    found.seed, found.drawn_at = secret, timezone.now()
    found.save()


def _published(lines: Iterable[str]) -> list[str]:
    """The lines as they are digested: no strata, no clusters (``draws.recomputing``)."""
    return [f"{line},," for line in lines]


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


def _decide(draw: Draw, chosen: Sequence[int]) -> int:
    """Those drawn are planned, the rest of the frame is excluded, and counted, as not drawn.

    Whose callback ended since the frame was frozen is left as it is; who came to the frame after that
    waits for the draw of today. Returns how many are planned.
    """
    waiting, planned = Callback.objects.filter(draw=draw, status=Status.PENDING), 0
    for start in range(0, len(chosen), CHUNK):
        part = waiting.filter(pk__in=chosen[start : start + CHUNK])
        planned += part.update(status=Status.PLANNED)
    lines = FrameLine.objects.filter(draw=draw, callback=OuterRef("pk"))
    waiting.filter(Exists(lines)).update(
        status=Status.EXCLUDED, exclusion="not_drawn", closed_at=timezone.now()
    )
    if waiting.exists():
        waiting.update(draw=open_draw(Draw.Purpose(draw.purpose), timezone.localdate()))
    return planned


def published(before: date | None = None) -> tuple[Sequence[Draw], date | None]:
    """The draws of ``PAGE`` days, newest first, for anybody to check: their hashes and, once
    drawn, their seeds. Also the day before which there is more, if there is. Two statements.
    """
    rows = Draw.objects.defer("seed_sealed").select_related("number").order_by("-day", "purpose")
    if before is not None:
        rows = rows.filter(day__lt=before)
    days = list(rows.order_by("-day").values_list("day", flat=True).distinct()[: PAGE + 1])
    shown = days[:PAGE]
    return list(rows.filter(day__in=shown)), shown[-1] if len(days) > PAGE else None


def told(purpose: str, day: date) -> Published:
    """A draw as it is told to everybody, from its frozen frame on. Raises ``NotFound`` before."""
    rows = Draw.objects.select_related("number").exclude(frozen_at=None)
    found = rows.filter(purpose=purpose, day=day).first()
    if found is None:
        raise NotFound(_("There is no such draw, or who can be drawn is not settled yet."))
    lines = list(found.lines.order_by("line").values_list("line", flat=True))
    drawn: set[str] = set()
    if found.drawn_at:
        number = found.number.value if found.number else ""
        seed = fair_draw.combined(found.seed, number) if number else found.seed
        drawn = fair_draw.draw(lines, seed=seed, share=found.share)
    return Published(
        name=f"{found.purpose}/{found.day}",
        population=found.population,
        secret_hash=found.seed_hash,
        secret=found.seed,
        number=found.number,
        frame=[(line, "", "") for line in lines],
        frame_digest=found.frame_digest,
        share=found.share,
        sizes={},
        take=None,
        drawn=drawn,
        drawn_digest=found.drawn_digest,
        times={
            name: at.isoformat()
            for name in ("published_at", "frozen_at", "drawn_at")
            if (at := getattr(found, name)) is not None
        },
    )


def lines_of(matter_id: int) -> Sequence[FrameLine]:
    """Under which lines a matter was in draws of who is called back; with their draws. One query."""
    rows = FrameLine.objects.filter(
        callback__matter=matter_id, draw__purpose=Draw.Purpose.CALLBACK
    ).select_related("draw")
    return list(rows.defer("draw__seed_sealed").order_by("-draw__day", "pk"))
