"""A draw that is killed at its worst moments: the same people are drawn, once."""

import os
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.conf import settings as now
from django.db import connection
from tests.personas import City

from anmin.callbacks.models import Callback, Draw, FrameLine, Status
from anmin.callbacks.sealing import read_seed
from anmin.callbacks.tests.scene import planned, rules
from anmin.draws.models import PublicNumber
from anmin.evidence.log import atomic
from anmin.kernel import fair_draw

TUESDAY = datetime(2026, 11, 10, 2, tzinfo=UTC)
WEDNESDAY = date(2026, 11, 11)
BALLS = "01 05 12 20 28 33 16"
CHILD = """
import os, signal, sys, django
django.setup()
from datetime import date
from django.db import connection
from anmin.callbacks import draws
connection.settings_dict.update(NAME=os.environ["TEST_NAME"])
moment = sys.argv[1]
if moment != "never":
    real = getattr(draws, moment)
    def dies(*given):
        if moment == "_decide":
            real(*given)  # everything is written, and nothing committed
        os.kill(os.getpid(), signal.SIGKILL)
    setattr(draws, moment, dies)
draws.draw_before(date.fromisoformat(sys.argv[2]))
"""


def night(moment: str) -> int:
    """Freeze and draw in a process of its own, which is killed at that moment."""
    environment = {
        **os.environ,
        "TEST_NAME": str(connection.settings_dict["NAME"]),
        "ANMIN_HOME": str(now.ANMIN_HOME),
        "ANMIN_PUBLIC_NUMBERS": "lottery",
        "DJANGO_SETTINGS_MODULE": "anmin.config.settings",
    }
    words = [sys.executable, "-c", CHILD, moment, WEDNESDAY.isoformat()]
    return subprocess.run(words, env=environment, check=False).returncode


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_draw_killed_between_its_steps_draws_the_same_people_once(city: City) -> None:
    with time_machine.travel(TUESDAY, tick=False), rules(share=Decimal("0.4")):
        for _n in range(5):
            planned(city, category="dispute")
    draw = Draw.objects.get(purpose=Draw.Purpose.CALLBACK)

    assert night("announce") == -signal.SIGKILL  # the lines are written, the number is not named
    assert not FrameLine.objects.exists()
    assert not PublicNumber.objects.exists()

    assert night("draw_waiting") == -signal.SIGKILL  # frozen and named; nobody has drawn
    frame = dict(FrameLine.objects.values_list("line", "callback_id"))
    number = PublicNumber.objects.get()
    draw.refresh_from_db()
    assert (len(frame), draw.number, draw.drawn_at) == (5, number, None)
    with atomic():
        PublicNumber.objects.filter(pk=number.pk).update(value=BALLS)
    seed = fair_draw.combined(read_seed(draw), BALLS)
    expected = fair_draw.draw(frame, seed=seed, share=draw.share)

    assert night("_decide") == -signal.SIGKILL  # the number was there, the draw is not committed
    assert set(Callback.objects.values_list("status", flat=True)) == {Status.PENDING}

    assert (night("never"), night("never")) == (0, 0)
    assert dict(FrameLine.objects.values_list("line", "callback_id")) == frame
    planned_ones = Callback.objects.filter(status=Status.PLANNED).values_list("pk", flat=True)
    assert sorted(planned_ones) == sorted(frame[line] for line in expected)
    draw.refresh_from_db()
    assert (draw.selected, draw.gone, draw.drawn_digest) == (
        2,
        0,
        fair_draw.frame_digest(expected),
    )
