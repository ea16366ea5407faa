"""The table of rights, cell by cell: every address, every role, every sort of object.

A new address fails here until ``rights.csv`` has its lines: the message holds them as they were
observed. Judge each cell before you copy it; what should be refused and is not is a fault.
"""

import csv
import io
from collections.abc import Iterator
from datetime import time
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from tests.personas import City

from anmin.callbacks.tests.scene import rules
from anmin.config import rights
from anmin.config.rights import METHODS, NOBODY, WHO
from anmin.config.tests import rights_scene, rights_world
from anmin.config.tests.rights_matters import asking_kind
from anmin.config.tests.rights_scene import SEALED_TO
from anmin.config.tests.rights_walk import Walker, addresses, cells, digest
from anmin.config.tests.rights_world import NOW, PHONE, SECRETS, World
from anmin.matters import registry
from anmin.people import policy
from anmin.people.middleware import MACHINES, UNSEEN
from anmin.people.roles import Role

DENIED = {"no", "gone", "sign-in", "signature", "405", "nothing", "shown", "refused"}
"""Answers after which nothing may be different."""

FEW = (NOBODY, "inspector", "admin")
"""Who asks in vain what an address does not take."""
HOW = (
    "Lines that rights.csv lacks or has otherwise, as they were observed. Judge each cell, then "
    "put the lines into src/anmin/config/rights.csv (with 说明) and run `make docs`; an address "
    "with a new part needs it in rights_world.py.\n"
)


@pytest.fixture
def world(city: City, settings: LazySettings, tmp_path: Any) -> Iterator[World]:
    """One of everything, at ten in the morning; a sealed kind besides those that are shipped."""
    settings.ANMIN_HOME = tmp_path
    settings.REQUIRE_SECOND_FACTOR = False
    kinds = [registry.register(one()) for one in (rights_scene.sealed_kind, asking_kind)]
    try:
        with time_machine.travel(NOW, tick=False), rules(day_sign_from=time(0)):
            yield rights_world.make(city)
    finally:
        for kind in kinds:
            del registry._kinds[kind.code]


@pytest.mark.once
@pytest.mark.timeout(900)  # half a minute of processor time, on a busy machine
def test_every_cell_is_what_happens_and_what_is_denied_changes_nothing(world: World) -> None:
    table = rights.table()
    seen: dict[tuple[str, str, str], dict[str, str]] = {}
    faults = []
    walkers = {who: Walker(world, who) for who in WHO}
    before = digest()
    for who, walker in walkers.items():
        for address, method, mine in cells():
            if who not in FEW and method not in rights.methods().get(address.route, METHODS):
                seen.setdefault((address.route, method, mine), {})[who] = "405"
                continue  # refused before anybody looks who asks
            found = walker.ask(address, method, mine)
            seen.setdefault((address.route, method, mine), {})[who] = found.answer
            here = f"{who} {method} {address.route} ({mine}): "
            if found.answer.isdecimal() and found.answer != "405":
                faults.append(f"{here}answered {found.status}")
            if found.answer in DENIED and found.wrote and method == "POST":
                faults.append(f"{here}{found.answer}, but wrote {sorted(set(found.wrote))}")
            faults += [here + word for word in _told(found.body, who, method)]
    assert digest() == before
    assert not faults, "\n".join(faults)
    observed = {key: row for key, row in seen.items() if set(row.values()) != {"405"}}
    differing = [
        _line(key, row, table[key].meaning if key in table else "")
        for key, row in observed.items()
        if key not in table or dict(table[key].answers) != row
    ]
    assert not differing, HOW + "\n".join(differing)
    gone = sorted({key for key in table if key[1] in METHODS} - set(observed))
    assert not gone, f"lines of addresses that are no more: {gone}"


def _told(body: str, who: str, method: str) -> list[str]:
    """What a page says that it must not say to this role."""
    told = []
    scope = policy.role_table()[Role(who)].reach if who != NOBODY else None
    if scope != policy.Reach.EVERYTHING and SECRETS["other"] in body:
        told.append("tells of another unit's matter")
    if who != SEALED_TO and SECRETS["sealed"] in body:
        told.append("tells of a sealed matter")
    if method == "GET" and (PHONE in body or f"{PHONE[:3]} {PHONE[3:7]} {PHONE[7:]}" in body):
        told.append("shows a telephone number that nobody asked for")
    return told


def _line(key: tuple[str, str, str], row: dict[str, str], meaning: str) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="").writerow([*key, meaning, *(row[who] for who in WHO)])
    return out.getvalue()


@pytest.mark.once
@pytest.mark.timeout(900)
def test_no_address_takes_another_method(world: World) -> None:
    for who in FEW:
        walker = Walker(world, who)
        for address in addresses():
            mine = rights_world.whose(address.name, address.route)[0]
            for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
                answered = walker.ask(address, method, mine).status
                assert answered == 405, (who, method, address.route)


@pytest.mark.once
@pytest.mark.parametrize("role", [role for role in Role if policy.role_table()[role].second_factor])
def test_without_the_second_factor_only_its_own_pages_open(
    world: World, settings: LazySettings, role: Role
) -> None:
    settings.REQUIRE_SECOND_FACTOR = True
    walker = Walker(world, role.value)
    before = digest()
    for address in addresses():
        unasked = address.name.removeprefix("portal:") in MACHINES | UNSEEN
        if address.route.startswith(("accounts/", "language/")) or unasked:
            continue
        for method in METHODS:
            mine = rights_world.whose(address.name, address.route)[0]
            found = walker.ask(address, method, mine)
            assert found.status in {302, 405}, (address.route, found.status)
            assert not found.wrote
    assert digest() == before


def test_the_file_names_each_line_once_and_in_known_words() -> None:
    assert rights.table()
    assert {*METHODS, rights.COMMAND} >= {method for _address, method, _whose in rights.table()}


@pytest.mark.parametrize(
    ("old", "new"),
    [(",yes,", ",maybe,"), (",GET,", ",FETCH,"), (",own,", ",mine,")],
)
def test_a_wrong_file_stops_the_start(
    old: str, new: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "rights.csv"
    text = rights.FILE.read_text("utf-8")
    assert old in text
    wrong.write_text(text.replace(old, new, 1), "utf-8")
    monkeypatch.setattr(rights, "FILE", wrong)
    rights.table.cache_clear()
    try:
        with pytest.raises(ValueError, match="line"):
            rights.table()
    finally:
        monkeypatch.undo()
        rights.table.cache_clear()
