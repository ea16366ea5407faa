"""Scenes of random draws: a number that is awaited, a frame that is frozen."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils import timezone

from anmin.callbacks.draws import freeze, open_draw
from anmin.callbacks.models import Draw
from anmin.config.tests.rights_scene import Scene
from anmin.draws.models import PublicNumber
from anmin.people.models import Account

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World


def number_awaited(_world: "World", _account: Account, _mine: str) -> Scene:
    """A public number that is due and that nobody has typed in."""
    now = timezone.now()
    number = PublicNumber.objects.create(
        source="lottery", round="2026-01-01", announced_at=now - timedelta(days=2), due_at=now
    )
    return Scene({"number_id": number.pk}, {"text": "01 05 12 20 28 33 16"})


def drawn_day(_world: "World", _account: Account, _mine: str) -> Scene:
    """A draw whose frame is frozen."""
    draw = open_draw(Draw.Purpose.RECALL, timezone.localdate())
    freeze(draw.pk)
    return Scene({"purpose": draw.purpose, "day": draw.day.isoformat()})
