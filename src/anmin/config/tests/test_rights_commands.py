"""A command with ``--by`` is a way in like any other: its rows of ``rights.csv``, cell by cell."""

import csv
import importlib
import pkgutil
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import time_machine
import typer
from django.conf import LazySettings
from django.conf import settings as django_settings
from django.db import transaction
from tests.personas import City

from anmin.callbacks.tests.scene import rules
from anmin.config import command, commands, rights
from anmin.config.rights import COMMAND, WHO
from anmin.config.tests import rights_programme, rights_scene, rights_world
from anmin.config.tests.rights_walk import digest, written
from anmin.config.tests.rights_world import NOW, World
from anmin.exchange.imports import import_file
from anmin.exchange.models import ImportRun
from anmin.exchange.template import template_columns
from anmin.kernel.calendar import WorkingCalendar
from anmin.matters import holding, registry
from anmin.matters.tests.test_promises import ANNOUNCED, ordered
from anmin.people.models import Account
from anmin.people.roles import Role

EFFECTS = {
    "anmin export matters": "",  # only what everybody writes who looks: that it was taken away
    "anmin import incidents": "exchange_runbatch",  # of a batch that brought something
    "anmin import matters": "exchange_runbatch",
    "anmin import undo": "matters_entry",
    "anmin day close": "callbacks_dayclosure",
    "anmin retention hold": "matters_legalhold",
    "anmin retention lift": "matters_legalhold",
    "anmin callbacks record": "callbacks_attempt",
    "anmin calendar announce": "matters_entry",  # of an order whose deadline moves
    "anmin programme load": "campaign_version",
    "anmin programme list": "",
    "anmin programme show": "",
}
"""What each command writes if it does what it was asked for; nothing for one that only reads."""
JANUARY = datetime(2027, 1, 28, 2, tzinfo=UTC)
"""Before anybody has announced the holidays of that year."""


@pytest.fixture
def world(city: City, settings: LazySettings, tmp_path: Path) -> Iterator[World]:
    settings.ANMIN_HOME = tmp_path
    settings.REQUIRE_SECOND_FACTOR = False
    kind = registry.register(rights_scene.sealed_kind())
    try:
        with time_machine.travel(NOW, tick=False), rules(day_sign_from=time(0)):
            yield rights_world.make(city)
    finally:
        del registry._kinds[kind.code]


def export(folder: Path, unit: str, number: str = "") -> Path:
    """An export with one open theft of a unit."""
    path = folder / f"{unit}.csv"
    columns = [title.strip("*") for title in template_columns()]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        sheet = csv.DictWriter(file, columns)
        sheet.writeheader()
        moment = "2026-11-10 08:00:00"
        sheet.writerow(
            {"警情编号": number or unit, "报警时间": moment, "警情类别": "盗窃", "管辖单位": unit}
        )
    return path


@contextmanager
def days_unannounced(world: World) -> Iterator[None]:
    """An order whose deadline rests on days that are not announced; afterwards nothing is kept."""
    folder = django_settings.ANMIN_HOME / "calendar"
    django_settings.CALENDAR = WorkingCalendar(folder)
    with time_machine.travel(JANUARY, tick=False):
        ordered(world.city)
        yield
    shutil.rmtree(folder, ignore_errors=True)
    django_settings.CALENDAR = WorkingCalendar(folder)


@contextmanager
def held(world: World, mine: str) -> Iterator[None]:
    """A matter under a legal hold."""
    holding.hold(
        matter_id=world.matters[mine].pk, by=world.people[Role.INSPECTOR], reason="案件复查"
    )
    yield


def scene_of(world: World, name: str, mine: str) -> AbstractContextManager[None]:
    """What a command needs to find; gone with the transaction."""
    if name == "anmin calendar announce":
        return days_unannounced(world)
    return held(world, mine) if name == "anmin retention lift" else nullcontext()


def words(world: World, name: str, mine: str, folder: Path, runs: dict[str, int]) -> list[str]:
    """What is typed."""
    unit, colleague = ("RA-JH", "chenli") if mine == "own" else ("RA-YH", "hejun")
    callback = [str(world.callbacks[mine].pk)] if mine in world.callbacks else []
    number = world.matters[mine].number if mine in world.matters else ""
    announcement = folder / "2027.toml"
    announcement.write_text(ANNOUNCED, "utf-8")
    programme = folder / "programme.toml"
    programme.write_bytes(rights_programme.third())
    typed = {
        "anmin export matters": [str(folder / "list.csv")],
        "anmin calendar announce": [str(announcement)],
        "anmin callbacks record": [*callback, "--outcome", "busy"],
        "anmin import incidents": [str(export(folder, unit)), "--profile", "template_zh"],
        "anmin import matters": [str(export(folder, unit)), "--kind", "incident"],
        "anmin import undo": [str(runs.get(mine, 0)), "--yes"],
        "anmin programme load": [str(programme)],
        "anmin programme list": [],
        "anmin programme show": ["p1"],
        "anmin retention hold": [number, "--reason", "案件复查"],
        "anmin retention lift": [number, "--reason", "复查结束"],
        "anmin day close": ["--unit", unit, "--reason", "等待", "--to", colleague],
    }
    return [*name.split()[1:], *typed[name]]


def test_every_cell_of_the_commands(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Allowed, it does what it was asked for; refused, it has changed nothing at all."""
    city = world.city
    runs = {
        mine: _imported(export(tmp_path, unit, f"before {unit}"), actor)
        for mine, unit, actor in (
            ("own", "RA-JH", city.duty_leader),
            ("other", "RA-YH", city.operator),
        )
    }
    table = {key: right for key, right in rights.table().items() if key[1] == COMMAND}
    assert {address for address, _method, _whose in table} == set(EFFECTS)
    before, differing = digest(), []
    for (name, _method, mine), right in table.items():
        for who in (one for one in WHO if one != rights.NOBODY):
            typed = words(world, name, mine, tmp_path, runs)
            scene = scene_of(world, name, mine)
            with transaction.atomic(), scene:
                with written() as wrote:
                    status = command.run([*typed, "--by", world.people[who].username])
                transaction.set_rollback(True)
            done = EFFECTS[name] in wrote if EFFECTS[name] else not status
            found = "yes" if done else "no" if status else "nothing"
            if found == "no" and set(wrote):
                differing.append(f"{name} {mine} {who}: refused, but wrote {set(wrote)}")
            if right.answers[who] != found:
                differing.append(f"{name} {mine} {who}: {found}")
    capsys.readouterr()
    assert not differing, "\n".join(differing)
    assert digest() == before


def _imported(path: Path, actor: Account) -> int:
    import_file(path, profile="template_zh", actor=actor)
    return ImportRun.objects.latest("pk").pk


def test_every_command_that_names_somebody_is_in_the_table() -> None:
    named = set()
    for module in pkgutil.iter_modules(commands.__path__):
        group = getattr(
            importlib.import_module(f"anmin.config.commands.{module.name}"), "commands", None
        )
        if not isinstance(group, typer.Typer):
            continue
        for one in group.registered_commands:
            hint = getattr(one.callback, "__annotations__", {}).get("by")
            if any(_names_somebody(meta.help or "") for meta in getattr(hint, "__metadata__", ())):
                named.add(f"anmin {group.info.name} {one.name}")
    assert named == set(EFFECTS)


def _names_somebody(said: str) -> bool:
    return any(word in said for word in ("Sign-in name", "Who signs", "operator who called"))


def test_roles_of_the_table_are_all_there() -> None:
    assert set(WHO) == {role.value for role in Role} | {rights.NOBODY}
