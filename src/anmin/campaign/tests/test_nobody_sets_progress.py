"""Progress is counted: no table holds it, no page, import, command or admin page can set it.

The ways in are found by declaration: every table, address, command, admin page and importing module.
"""

import ast
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib import admin
from tests.addresses import routes
from tests.personas import City, SignIn

import anmin
from anmin.campaign import actions, queries
from anmin.campaign.tests.scene import in_force

ROOMS = Path(anmin.__file__).parent
WRITING = {"load", "decide", "submit", "judge"}
"""The four things that can be written about a programme."""
FORBIDDEN = ("progress", "status", "value", "percent", "done", "reading", "forecast")


def test_no_table_has_a_column_for_it() -> None:
    columns = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_app_config("campaign").get_models()
        for field in model._meta.get_fields()
    }
    assert columns
    assert not [one for one in columns if one.rpartition(".")[2] in FORBIDDEN]


def test_no_admin_page_knows_a_programme() -> None:
    known = {model._meta.app_label for model in admin.site._registry}
    assert "campaign" not in known


def test_only_the_four_actions_and_the_reminder_write() -> None:
    """Every write of the room is in these modules, and whoever above calls them is known."""
    tree = ast.parse((ROOMS / "campaign/actions.py").read_text())
    atomic = {
        one.name
        for one in ast.walk(tree)
        if isinstance(one, ast.FunctionDef)
        and any(isinstance(by, ast.Name) and by.id == "atomic" for by in one.decorator_list)
    }
    assert atomic == WRITING
    writers, callers = set(), set()
    for path in ROOMS.rglob("*.py"):
        name = path.relative_to(ROOMS).as_posix()
        if "tests" in path.parts or "migrations" in path.parts:
            continue
        text = path.read_text()
        if name.startswith("campaign/") and any(
            word in text for word in (".save(", ".create(", ".update(", ".delete(", "cursor()")
        ):
            writers.add(name)
        outside = not name.startswith("campaign/")
        if outside and "anmin.campaign.models" in text and "TYPE_CHECKING" not in text:
            callers.add(name)
    assert writers == {"campaign/actions.py", "campaign/nudges.py"}
    assert callers == set()


@pytest.mark.django_db
def test_no_address_changes_it_whatever_is_sent_by_whom(city: City, sign_in: SignIn) -> None:
    in_force(city)
    before = [(one.key, one.status, one.reading) for one in queries.board(city.leader, "p1").lines]
    sent = dict.fromkeys(FORBIDDEN, "100") | {"do": "done", "item": "B1", "key": "x"}
    found = [one.pattern for one in routes() if one.name.startswith("desk:programme")]
    assert len(found) >= 11
    filled = {
        "<slug:code>": "p1",
        "<int:number>": "1",
        "<str:key>": "p1.B1",
        "<int:seq>": "1",
        "<int:file_id>": "1",
        "<slug:ending>": "csv",
    }
    for role in ("operator", "officer", "inspector", "programme", "analyst", "leader", "admin"):
        browser = sign_in(getattr(city, role))
        for pattern in found:
            route = pattern
            for part, value in filled.items():
                route = route.replace(part, value)
            for method in ("post", "put", "patch", "delete"):
                assert getattr(browser, method)(f"/{route}", sent).status_code >= 400, route
    assert [
        (one.key, one.status, one.reading) for one in queries.board(city.leader, "p1").lines
    ] == before
    assert actions.in_force("p1").number == 1  # type: ignore[union-attr]


def test_the_commands_load_and_show_and_nothing_else() -> None:
    from anmin.config.commands.programme import commands

    assert {one.name for one in commands.registered_commands} == {"load", "show", "list"}
    for path in (ROOMS / "config/commands").rglob("*.py"):
        if path.name != "programme.py":
            assert "anmin.campaign" not in path.read_text(), path
    for room in ("exchange", "api", "portal"):
        for path in (ROOMS / room).rglob("*.py"):
            assert "anmin.campaign" not in path.read_text(), path
