"""Anybody recomputes a draw from what the public page gives, with the program that it shows."""

import hashlib
import html
import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from tests.personas import City

from anmin.callbacks import actions, draws
from anmin.callbacks.actions import Said
from anmin.callbacks.models import Callback, Draw, FrameLine, QualityCheck, Status
from anmin.callbacks.tests.scene import planned, rules
from anmin.draws.models import PublicNumber
from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict
from anmin.surveys import waves
from anmin.surveys.tests.scene import framed, in_field

TUESDAY = datetime(2026, 11, 10, 2, tzinfo=UTC)
BALLS = "01 05 12 20 28 33 16"


def come(number: PublicNumber | None) -> None:
    """The public number is there."""
    assert number is not None
    with atomic():
        PublicNumber.objects.filter(pk=number.pk).update(value=BALLS)


def run(program: str, told: dict[str, Any], folder: Path) -> tuple[int, str]:
    """What that program says of that file."""
    (folder / "recompute.py").write_text(program, "utf-8")
    (folder / "draw.json").write_text(json.dumps(told), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "recompute.py", "draw.json"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def shown(client: Client) -> str:
    """The program as the page shows it, which is the one to download."""
    page = client.get("/draws").content.decode()
    found = re.search(r'<pre class="root program"[^>]*><code>(.*?)</code></pre>', page, re.DOTALL)
    assert found is not None
    program = html.unescape(found[1])
    assert client.get("/draws/recompute.py").content.decode() == program
    return program


def altered(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The file with one field altered at a time."""
    others: dict[str, dict[str, Any]] = {}
    for name, value in told.items():
        if isinstance(value, str):
            new: Any = value[:-1] + ("0" if value[-1:] != "0" else "1")
        elif isinstance(value, list):
            new = value[1:]
        elif isinstance(value, dict):
            new = {**value, **dict.fromkeys(list(value)[:1] or ["more"], 1)}
        else:
            new = 2 if value is None else value + 1
        if name == "share" and value is None:
            new = "0.5"
        others[name] = {**told, name: new}
    return others


def lies(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The file as somebody would alter it who also makes its own digest anew."""
    secret, number = "1" * 64, told["number"]
    changes: list[dict[str, Any]] = [
        {"secret": secret},
        {"secret": secret, "secret_hash": hashlib.sha256(secret.encode()).hexdigest()},
        {"number": {**number, "signature": "00"}},
        {"frame": told["frame"][1:]},
        {"frame_digest": "0" * 64},
        {"drawn": [*told["drawn"][1:], "another"]},
        {"drawn_digest": "0" * 64},
        {"share": "0.9"},
    ]
    made = []
    for change in changes:
        one = {**told, **change}
        del one["digest"]
        whole = json.dumps(one, sort_keys=True, ensure_ascii=False)
        made.append({**one, "digest": hashlib.sha256(whole.encode()).hexdigest()})
    return made


@pytest.mark.parametrize("way", ["", "lottery"])
def test_callbacks_and_checks_are_recomputed(
    city: City, client: Client, settings: Any, tmp_path: Path, way: str
) -> None:
    settings.PUBLIC_NUMBERS = way
    with time_machine.travel(TUESDAY, tick=False) as clock:
        with rules(share=Decimal("0.4"), check_share=Decimal("0.5")):
            today = timezone.localdate()
            check = draws.open_draw(Draw.Purpose.CHECK, today)
            for n in range(3):
                planned(city)  # a theft: called by a person at once
                callback = actions.next_callback(city.operator)
                assert callback is not None
                said = Said(satisfaction="satisfied", solved="yes")
                actions.record_answer(
                    callback_id=callback.pk, operator=city.operator, said=said, key=f"k{n}"
                )
            for _n in range(7):
                assert planned(city, category="dispute").status == Status.PENDING
            draw = Draw.objects.get(purpose=Draw.Purpose.CALLBACK)
            address = f"/draws/callback/{today}.json"
            assert client.get(address).status_code == 404
            clock.shift(timedelta(days=1))
            draws.draw_before(timezone.localdate())
            draws.draw_before(timezone.localdate())
        draw.refresh_from_db()
        program = shown(client)
        if way:
            assert (draw.frame_count, draw.drawn_at, QualityCheck.objects.count()) == (7, None, 0)
            assert draw.number is not None
            assert draw.number.due_at - timezone.now() >= timedelta(minutes=10)
            assert Callback.objects.filter(status=Status.PENDING).count() == 7
            page = client.get("/draws", headers={"Accept-Language": "en"}).content.decode()
            assert "Not there yet: the draw waits for it." in page
            assert "NOT YET" in run(program, json.loads(client.get(address).content), tmp_path)[1]
            assert draws.draw_waiting() == 0
            come(draw.number)
            assert (draws.draw_waiting(), draws.draw_waiting()) == (2, 0)
        page = client.get("/draws", headers={"Accept-Language": "en"}).content.decode()
        assert ("the bureau alone made the seed" in page) == (not way)
        told = json.loads(client.get(address).content)
        assert run(program, told, tmp_path) == (0, "RIGHT: 3 of 7 drawn, as published\n")
        lines = FrameLine.objects.filter(draw=draw, line__in=told["drawn"])
        assert set(lines.values_list("callback__status", flat=True)) == {Status.PLANNED}
        assert Callback.objects.filter(exclusion="not_drawn").count() == 4
        asked = json.loads(client.get(f"/draws/check/{today}.json").content)
        assert run(program, asked, tmp_path) == (0, "RIGHT: 2 of 3 drawn, as published\n")
        assert QualityCheck.objects.filter(draw=check).count() == 2
        if way:
            for name, wrong in altered(told).items():
                assert run(program, wrong, tmp_path)[0] == 1, name
            for wrong in lies(told):
                assert run(program, wrong, tmp_path)[1].startswith("WRONG")
        assert client.get("/draws/callback/2026-02-31.json").status_code == 404


def test_who_ended_before_the_number_came_is_left_and_who_came_later_waits(
    city: City, settings: Any
) -> None:
    settings.PUBLIC_NUMBERS = "lottery"
    with time_machine.travel(TUESDAY, tick=False) as clock, rules(share=Decimal("0.999")):
        made = [planned(city, category="dispute") for _n in range(4)]
        draw = Draw.objects.get(purpose=Draw.Purpose.CALLBACK)
        with atomic():
            Callback.objects.filter(pk=made[3].pk).update(status=Status.CLAIMED)
        clock.shift(timedelta(days=1))
        draws.draw_before(timezone.localdate())
        with atomic():
            Callback.objects.filter(pk=made[0].pk).update(
                status=Status.EXCLUDED, exclusion="opted_out", closed_at=timezone.now()
            )
            Callback.objects.filter(pk=made[3].pk).update(status=Status.PENDING)
        draw.refresh_from_db()
        come(draw.number)
        assert draws.draw_waiting() == 1
        draw.refresh_from_db()
        assert (draw.frame_count, draw.selected, draw.gone) == (3, 3, 1)
        found = [Callback.objects.get(pk=one.pk) for one in made]
        assert [one.status for one in found] == ["excluded", "planned", "planned", "pending"]
        assert found[0].exclusion == "opted_out"
        assert found[3].draw is not None
        assert found[3].draw.day == timezone.localdate()


@pytest.mark.parametrize("take", [None, 3])
def test_a_wave_is_recomputed(
    city: City, client: Client, settings: Any, tmp_path: Path, take: int | None
) -> None:
    settings.PUBLIC_NUMBERS = "lottery"
    with time_machine.travel(TUESDAY, tick=False):
        wave = framed(city)
        if take:  # two communities in each town
            with atomic():
                for row in wave.frame.all():
                    row.cluster = f"c{(row.number or 0) % 4}"
                    row.save()
                wave.frame_digest = draws.fair_draw.frame_digest(
                    waves.describe(waves.members(wave))
                )
                wave.save()
        sizes = {city.town.code: 10, city.yuhai_town.code: 6}
        wave = waves.draw(wave_id=wave.pk, sizes=sizes, take=take, by=city.analyst)
        assert (wave.status, wave.cases.count(), waves.draw_waiting()) == ("frozen", 0, 0)
        with pytest.raises(Conflict):
            waves.draw(wave_id=wave.pk, sizes={city.town.code: 9}, by=city.analyst)
        come(wave.number)
        assert (waves.draw_waiting(), waves.draw_waiting()) == (1, 0)
        program, address = shown(client), "/draws/2026-h2.json"
        assert json.loads(client.get(address).content)["drawn"] == []
        assert "NOT YET" in run(program, json.loads(client.get(address).content), tmp_path)[1]
        drawn = {str(n) for n in wave.cases.values_list("row__number", flat=True)}
        wave = waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
        told = json.loads(client.get(address).content)
        status, words = run(program, told, tmp_path)
        assert (status, words) == (0, f"RIGHT: {len(drawn)} of 70 drawn, as published\n")
        assert set(told["drawn"]) == drawn
        for name, wrong in altered(told).items():
            assert run(program, wrong, tmp_path)[0] == 1, name
        assert client.get("/draws/nothing.json").status_code == 404


def test_a_wave_without_a_number_is_drawn_at_once(
    city: City, client: Client, tmp_path: Path
) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        wave = in_field(city)
        assert (wave.status, wave.number) == ("field", None)
        waves.end_fieldwork(wave_id=wave.pk, by=city.analyst)
        told = json.loads(client.get("/draws/2026-h2.json").content)
        assert run(shown(client), told, tmp_path) == (0, "RIGHT: 16 of 70 drawn, as published\n")
