"""A kind that does not fit the house stops the start, and says what is wrong."""

import dataclasses
import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation
from tests.personas import City

from anmin.callbacks.scripts import require_scripts
from anmin.faces import answers
from anmin.kernel.bilingual import Words
from anmin.kernel.errors import Refusal
from anmin.kernel.kind_folders import checked, entries_of
from anmin.kernel.rules import RuleBook
from anmin.matters import kind_check, registry
from anmin.matters.categories import categories
from anmin.matters.clock import Clock
from anmin.matters.fact_words import in_words, shown
from anmin.matters.flow import Move
from anmin.matters.kind import Details, FollowUp, Kind, Public, fact
from anmin.matters.models import Matter
from anmin.matters.registry import kind_of


def altered(monkeypatch: pytest.MonkeyPatch, **changes: Any) -> Kind:
    """An incident declared otherwise, in the place of the incident."""
    kind = dataclasses.replace(kind_of("incident"), **changes)
    monkeypatch.setitem(registry._kinds, "incident", kind)
    return kind


def stepped(**changes: Any) -> dict[str, Any]:
    """The flow with another first step."""
    flow = kind_of("incident").flow
    first = dataclasses.replace(flow.moves[0], **changes)
    return {"flow": dataclasses.replace(flow, moves=(first, *flow.moves[1:]))}


def with_fact(annotation: Any, **said: Any) -> dict[str, Any]:
    """The details with one fact more."""
    known = kind_of("incident").details
    field: Any = fact("x", None, **said)
    space = {"__annotations__": {"further": annotation}, "further": field}
    return {"details": type("Further", (known,), {**space, "__module__": __name__})}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        (
            {
                "clocks": (
                    Clock("answer", "x", "incident.awnser", frozenset({"answered"}), promise=True),
                )
            },
            "incident.awnser",
        ),
        (
            {"clocks": (dataclasses.replace(kind_of("incident").clocks[0], due="call_type"),)},
            "call_type",
        ),
        ({"opened_by": frozenset({"oficer"})}, "oficer"),
        ({"children": ("workshop",)}, "workshop"),
        ({"children": "workshop"}, "tuple"),
        ({"children": ("rectification",)}, "rectification"),
        (stepped(by=frozenset({"nobody"})), "nobody"),
        (stepped(by=frozenset()), "belongs to nobody"),
        (stepped(stamps="call_type"), "no moment"),
        (stepped(within="incident.reopn"), "incident.reopn"),
        (with_fact(Decimal | None), "Decimal"),
        (with_fact(str | None, terms="no_such_list"), "no_such_list"),
    ],
)
def test_what_does_not_fit_is_named(
    monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], named: str
) -> None:
    kind_check.require_sound()
    altered(monkeypatch, **changes)
    with pytest.raises(kind_check.BadKind) as told:
        kind_check.require_sound()
    assert "incident" in str(told.value)
    assert named in str(told.value)


@pytest.mark.parametrize(
    ("code", "accused", "named"),
    [
        ("petition", "representative", "which no unit can be"),
        ("petition", "nobody", "which no unit can be"),
        ("incident", "suspect", "about the police themselves, and it has none"),
        ("incident", "suspect", "another kind takes the complaints already"),
    ],
)
def test_a_kind_that_takes_complaints_has_whom_they_are_about(
    monkeypatch: pytest.MonkeyPatch, code: str, accused: str, named: str
) -> None:
    kind = kind_of(code)
    assert kind.by_citizen is not None
    way = dataclasses.replace(kind.by_citizen, accused=accused)
    wrong = list(kind_check._complaints(dataclasses.replace(kind, by_citizen=way)))
    assert any(named in one for one in wrong)


def test_a_declaration_that_lacks_something_is_named_with_its_folder(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lacking(_module: str) -> None:
        raise TypeError("missing 1 required argument: 'owner'")

    settings.KIND_FOLDERS = {"incident": registry.PACKAGED / "incident"}
    monkeypatch.setattr(registry.importlib, "import_module", lacking)
    with pytest.raises(Refusal, match=r"kinds/incident: TypeError: missing .* 'owner'"):
        registry.discover()


def test_a_rule_of_a_misspelt_service_is_named(tmp_path: Path, settings: Any) -> None:
    rule = """[[rule]]
key = "window_service.pasport.legal"
value = 9
unit = "working_days"
effective = 2000-01-01
source = "x"
tag = "P"
label = "x"
label_zh = "x"
"""
    (tmp_path / "own.toml").write_text(rule, "utf-8")
    settings.RULES = RuleBook(tmp_path, kinds=settings.KIND_FOLDERS.values())
    with pytest.raises(kind_check.BadKind, match=r"window_service\.pasport\.legal"):
        kind_check.require_sound()


def test_a_kind_whose_callbacks_have_no_script_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    require_scripts()
    altered(monkeypatch, follow_up=FollowUp(after="answered", script="incidnt"))
    with pytest.raises(Refusal) as told:
        require_scripts()
    assert "incidnt" in str(told.value)


def test_matters_without_their_kind_stop_the_start(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    city.incident()
    kind_check.require_known_rows()
    monkeypatch.delitem(registry._kinds, "incident")
    with pytest.raises(kind_check.BadKind, match="incident"):
        kind_check.require_known_rows()


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"text": {"zh": "您好，{office}。", "en": "Hello."}}, r"text\.zh: .*office"),
        ({"text": {"zh": "您好。", "en": "Hello {"}}, r"text\.en"),
        ({"field": "replly"}, "replly"),
        ({"categories": ["nois"]}, "nois"),
        ({"titel": "x"}, "titel"),
        ({"title": "x"}, "title"),
    ],
)
def test_a_ready_text_that_no_matter_could_take_is_named(
    tmp_path: Path, settings: Any, entry: dict[str, Any], named: str
) -> None:
    """Before any page of a matter meets it."""
    words = {"zh": "您好，{unit}，编号{number}。", "en": "Hello."}
    good = {"field": "reply", "title": {"zh": "好", "en": "Fine"}, "text": words}
    file = tmp_path / "answers.toml"
    settings.KIND_FOLDERS = {"incident": tmp_path}
    try:
        for written in (good, good | entry):
            answers.all_answers.cache_clear()
            file.write_text(f"thanks = {toml(written)}", "utf-8")
            if written is good:
                answers.require_answers()
        with pytest.raises(Refusal, match=named) as told:
            answers.require_answers()
        assert "answers.toml" in str(told.value)
        assert "thanks" in str(told.value)
    finally:
        answers.all_answers.cache_clear()


def toml(value: Any) -> str:
    """A value as one line of TOML; words as JSON has them."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(one)}" for key, one in value.items()) + "}"
    return json.dumps(value, ensure_ascii=False)


def test_a_broken_file_of_a_kind_is_named(tmp_path: Path) -> None:
    for written, named in (
        ("[a\n", "topics.toml"),
        ("a = 1", "a is no table"),
        ("[a]\nzh='x'", "a.en"),
    ):
        (tmp_path / "topics.toml").write_text(written, "utf-8")
        with pytest.raises(Refusal, match=named):
            entries_read(tmp_path)


def test_a_category_of_no_group_is_named(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "topics.toml").write_text(
        "[x]\nzh = '一'\nen = 'one'\ngroup = 'proprety'\n", "utf-8"
    )
    settings.KIND_FOLDERS = {"incident": tmp_path}
    categories.cache_clear()
    try:
        with pytest.raises(Refusal, match="proprety"):
            categories()
    finally:
        categories.cache_clear()


def entries_read(folder: Path) -> list[Words]:
    found = entries_of({"incident": folder}, "topics.toml")
    return [checked(Words, path, key, entry) for _kind, path, key, entry in found]


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "Yes"),
        (date(2026, 12, 5), "5 December 2026"),
        ("20261201", "20261201"),
        ("2026-W10", "2026-W10"),
        (["a", "b"], "a, b"),
        (1200, "1200"),
    ],
)
def test_facts_are_read_by_their_type_and_never_guessed(value: Any, words: str) -> None:
    assert in_words(value) == words


class Loan(Details):
    """Facts of every sort that a public page shows."""

    until: date | None = fact("Until")
    article: str = fact("Article", "")
    at: datetime | None = fact("At")
    lent: bool | None = fact("Lent")


@pytest.mark.usefixtures("english")
def test_a_day_in_the_facts_is_no_moment(city: City, monkeypatch: pytest.MonkeyPatch) -> None:
    matter = city.incident()
    altered(monkeypatch, details=Loan, public=Public(("until", "article")), flow=_plain())
    matter = Matter.objects.get(pk=matter.pk)
    matter.details = {"until": "2026-12-05", "article": "20261201", "lent": False}
    found = shown(matter, ("until", "article", "at", "lent"))
    assert found == [("Until", "5 December 2026"), ("Article", "20261201"), ("Lent", "No")]


def _plain() -> Any:
    """The flow of incidents with steps that need no facts."""
    flow = kind_of("incident").flow
    moves = tuple(Move(one.code, one.source, one.target, one.label, one.by) for one in flow.moves)
    return dataclasses.replace(flow, moves=moves)
