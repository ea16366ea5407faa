"""What every page of figures does alike: the file, and what is said when there is nothing to show."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from django.http import HttpResponse

from anmin.desk.figures import pages
from anmin.desk.figures.pages import FigurePage, Sheet, as_of_columns, columns
from anmin.desk.shell.page import choices
from anmin.kernel.errors import NotFound, Refusal, Unavailable
from anmin.people.policy import Capability


@dataclass
class Count:
    value: int | None
    low: float | None = None


@dataclass
class Found:
    cutoff: datetime = datetime(2026, 11, 10, 1, 30, tzinfo=UTC)
    revision: int = 7


def read(sheet: Sheet) -> list[dict[str, str]]:
    content = b"".join(sheet.file().streaming_content).decode("utf-8-sig")  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(content)))


def test_a_file_reads_attributes_keys_and_nothing_where_there_is_none() -> None:
    rows = [{"at": "a", "now": Count(3, 0.5)}, {"at": "b", "now": Count(None)}, {"at": "c"}]
    sheet = Sheet(
        "x",
        rows,
        {**columns("place=at"), **columns("value lower=low", of="now"), "is": lambda row: len(row)},
        as_of_columns(Found()),
    )
    told = read(sheet)
    assert next(list(row) for row in told) == [
        *("place", "value", "lower", "is"),
        *("cutoff", "revision"),
    ]
    assert [(row["place"], row["value"], row["lower"], row["is"]) for row in told] == [
        ("a", "3", "0.5", "2"),
        ("b", "", "", "2"),
        ("c", "", "", "1"),
    ]
    assert {(row["cutoff"][:16], row["revision"]) for row in told} == {("2026-11-10 09:30", "7")}


class Page(FigurePage[str, int]):
    address = "some/figures"
    capabilities = (Capability.VIEW_WATCH,)

    def __init__(self, *, asks: Exception | None = None, computes: Exception | None = None) -> None:
        self.asks, self.computes = asks, computes

    def ask(self, request: Any) -> str:
        if self.asks:
            raise self.asks
        return "town"

    def around(self, request: Any, asked: str) -> dict[str, Any]:
        return {"level": asked}

    def compute(self, request: Any, asked: str) -> int:
        if self.computes:
            raise self.computes
        return 5

    def shown(self, request: Any, asked: str, found: int) -> dict[str, Any]:
        return {"lines": found}

    def sheet(self, request: Any, asked: str, found: int) -> Sheet:
        return Sheet("x", [{"n": found}], columns("n"))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    told: list[Any] = []

    def show(_request: Any, template: str, context: Any, *, status: int) -> HttpResponse:
        told.append((template, context))
        return HttpResponse(status=status)

    monkeypatch.setattr(pages, "show", show)
    return told


@pytest.mark.parametrize(
    ("page", "context"),
    [
        (Page(), {"level": "town", "lines": 5}),
        (Page(computes=Unavailable("none yet")), {"level": "town", "unavailable": "none yet"}),
        (Page(computes=Refusal("not so")), {"level": "town", "problem": "not so"}),
        (Page(asks=Unavailable("none yet")), {"unavailable": "none yet"}),
    ],
)
def test_a_page_says_why_it_has_no_figures(page: Page, context: Any, opened: list[Any]) -> None:
    page.open(None)  # type: ignore[arg-type]
    assert opened == [("some/figures.html", context)]


def test_what_may_not_be_asked_is_refused_and_a_file_hides_no_refusal(opened: list[Any]) -> None:
    with pytest.raises(NotFound):
        Page(asks=NotFound("no such thing")).open(None)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        Page(computes=Unavailable("none yet")).file(None)  # type: ignore[arg-type]
    assert opened == []
    assert read(Page().sheet(None, "town", 5)) == [{"n": "5"}]


def test_a_page_and_its_file_stand_beside_each_other() -> None:
    assert [(str(one.pattern), one.name) for one in Page().urlpatterns] == [
        ("some/figures/", "some_figures"),
        ("some/figures.csv", "some_figures_csv"),
    ]
    asked = choices({"a": "A", "b": "B"}, "b", lambda code: f"?x={code}")
    assert [(one["url"], one["current"]) for one in asked] == [("?x=a", False), ("?x=b", True)]
