"""Every address and every parameter, with the hostile list, as everybody: never a 5xx.

Nothing is listed here: addresses come from the resolver and from where pages lead, parameters from
links, forms and from what the views ask a request for. With ``ANMIN_TEST_HOSTILE=whole`` every pair
of parameter and value is tried once by somebody who may open the page, and the core of the list by
everybody else; else a twentieth of the list at each address, another one at the next, and by each other of a few roles at
every third address (`test_rights` asks each address as each role).
"""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.test import Client

from anmin.people import sessions
from tests.addresses import ENDS, Form, Route, filled, reading, routes
from tests.hostile import files, values
from tests.hostile.town import NOBODY, Town, town
from tests.hostile.walking import Faults, Walk

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

FOREIGN = ("account_", "mfa_", "socialaccount_", "openid_", "/accounts/", "admin:")
"""Pages of libraries: the core of the list, as administrator and as nobody, is enough there."""


@pytest.fixture
def place(transactional_db: None) -> Iterator[Town]:
    with town(everybody=values.SHARE == 1) as made:
        yield made


def each_once(names: Sequence[str], some: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """Every value for every name, as few times as there are values, all names at once."""
    for turn in range(len(some)):
        yield [(name, some[(turn + at) % len(some)]) for at, name in enumerate(names)]


def trials(
    names: Sequence[str], given: dict[str, str], *, whole: bool, turn: int
) -> Iterator[list[tuple[str, str]]]:
    """What to send for these parameters: ``given`` is what a page would send as it stands."""
    if not names:
        yield [("unknown", "\x00"), ("\x00", "unknown")]
        return
    if values.LIGHTER and not whole:
        return
    yield from each_once(names, values.share(values.ALL if whole else values.CORE[:6], turn))
    if whole:
        yield from pairs_of_days(names)
    for at, name in enumerate(names if whole else ()):
        others = [(n, v) for n, v in given.items() if n != name]
        for value in values.share(values.CORE, turn)[:: 2 if values.LIGHTER else 1]:
            yield [*others, (name, value)]
        odd = ([], [(name, "1"), (name, "2"), (f"{name}[]", "3")])
        for some in odd if values.SHARE == 1 else odd[(turn + at) % 2 :][:1]:
            yield [*others, *some]


def pairs_of_days(names: Sequence[str]) -> Iterator[list[tuple[str, str]]]:
    """The longest periods there are, and as long ones backwards."""
    ends = ("0001-01-01", "9999-12-31")
    for first in (0, 1):
        yield [(name, ends[(at + first) % 2]) for at, name in enumerate(names)]
    for end in ends:
        yield [(name, end) for name in names]


@dataclass
class Learned:
    """The parameters of a route as far as they are known."""

    names: dict[str, set[str]] = field(default_factory=dict)

    def ask(
        self, walk: Walk, client: Client, route: Route, path: str, form: Form | None
    ) -> list[str]:
        """Open the page with what is known until it asks for nothing new."""
        method = "GET" if form is None else "POST"
        known = self.names.setdefault(f"{method} {route.name}", set())
        known.update(form.names if form else ())
        for _round in range(3):
            before = len(known)
            told = [(name, "1") for name in sorted(known)]
            if form is not None:
                told = list({**dict(told), **dict(form.fields)}.items())
            with reading(known):
                query, body = (values.sent(told), None) if form is None else ("", values.sent(told))
                walk.send(client, route, path, query, body)
            if len(known) == before:
                break
        known.discard("csrfmiddlewaretoken")
        # A form with a row for each matter has the same field many times: one stands for all.
        alike = {re.sub(r"[0-9]+", "#", name): name for name in sorted(known, reverse=True)}
        return sorted(alike.values())


def hostile_paths(route: Route, real: str, turn: int) -> Iterator[str]:
    """The route with each of its own parameters as bad as can be."""
    for name in route.parameters:
        for value in values.share((*values.CORE, *values.TEXTS), turn):
            parts = {one: values.in_path("1") for one in route.parameters}
            parts[name] = values.in_path(value[:200])
            yield filled(route, parts)
    if not route.parameters:
        yield real + "%00"


def test_every_address_with_the_hostile_list(place: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    faults = Faults()
    logging.getLogger().addHandler(faults)
    monkeypatch.setattr(sessions, "TOUCH", 10**9)  # else written down by each request anew
    walk, learned = Walk(faults), Learned()
    chosen = os.environ.get("ANMIN_TEST_ROUTE", "")
    try:
        for turn, route in enumerate(routes()):
            if route.name in ENDS or not re.search(chosen, route.name):
                continue
            _one_route(place, walk, learned, route, turn)
            if told := os.environ.get("ANMIN_TEST_WALK"):
                Path(told).write_text("\n".join([route.name, str(walk.sent), *walk.wrong.values()]))
    finally:
        logging.getLogger().removeHandler(faults)
    print(f"{walk.sent} requests; files to {sorted(walk.files)}")
    assert (walk.sent > 2000 and len(walk.files) > 2) or chosen
    assert not walk.wrong, "\n".join(walk.wrong.values())


def _one_route(place: Town, walk: Walk, learned: Learned, route: Route, turn: int) -> None:
    foreign = route.name.startswith(FOREIGN)
    done: set[str] = set()
    for at, (role, walker) in enumerate(place.walkers.items()):
        if foreign and role not in (NOBODY, "admin"):
            continue
        tried = "GET" in done and ("POST" in done or not walker.forms_to(route.name))
        if values.SHARE > 1 and tried and (turn + at) % 3:
            continue
        for path in place.real(role, route)[: 1 if done else 2]:
            status = walk.send(walker.client, route, path, "", None)
            if status >= 300 and role != NOBODY:
                continue
            names = learned.ask(walk, walker.client, route, path, None)
            whole = "GET" not in done and not foreign
            for pairs in trials(names, {}, whole=whole, turn=turn // 2):
                walk.send(walker.client, route, path.partition("?")[0], values.sent(pairs), None)
            done.add("GET")
        whole = "POST" not in done and not foreign
        if _post(place, walk, learned, route, role, whole=whole, turn=turn):
            done.add("POST")
        if "path" not in done:
            done.add("path")
            for bad in hostile_paths(route, place.real(role, route)[0], turn // 2):
                walk.send(walker.client, route, bad, "", None)
                walk.send(walker.client, route, bad, "", "a=1")


def _post(
    place: Town, walk: Walk, learned: Learned, route: Route, role: str, *, whole: bool, turn: int
) -> bool:
    """The forms of a route, as one role; whether any of them was taken."""
    client, taken = place.walkers[role].client, False
    forms = place.walkers[role].forms_to(route.name)
    for form in forms or [Form(path, path, "post", ()) for path in place.real(role, route)[:1]]:
        status = walk.send(client, route, form.action, "", values.sent(form.fields))
        if status in (403, 404, 405) or (status == 302 and not form.fields):
            continue
        if whole:
            for box in form.files:
                for body in files.uploads(box, form.fields, turn):
                    walk.send(client, route, form.action, "", body, files.WRAPPING)
        names = learned.ask(walk, client, route, form.action, form)
        for pairs in trials(names, dict(form.fields), whole=whole and bool(forms), turn=turn // 2):
            walk.send(client, route, form.action, "", values.sent(pairs))
        taken = taken or bool(forms)
    return taken
