"""A page of figures: what is asked, what is computed, the page of it, and the same as a file.

Every such page does the same around what is its own: it says when there are no figures yet, or why
they cannot be shown so, and gives its table out as a file.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.urls import URLPattern, path
from django.utils import timezone

from anmin.desk.shell.csv_files import Column, csv_file, reader
from anmin.desk.shell.page import DeskRequest, page, show
from anmin.kernel.errors import Refusal, Unavailable

if TYPE_CHECKING:
    from django.http import FileResponse, HttpResponse

    from anmin.desk.figures.indicators import Dated
    from anmin.people.policy import Capability

type Context = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as a file: ``columns`` by their names, then those that say the ``same`` in every row."""

    name: str
    rows: Iterable[Any]
    columns: Mapping[str, Column]
    same: Mapping[str, Any] = field(default_factory=dict)

    def file(self) -> FileResponse:
        """The download."""
        reads = [reader(one) for one in self.columns.values()]
        tail = list(self.same.values())
        rows = ([*(read(row) for read in reads), *tail] for row in self.rows)
        return csv_file(self.name, [*self.columns, *self.same], rows)


def columns(names: str, of: str = "") -> dict[str, Column]:
    """Columns called like the attributes in them, or ``name=attribute``, ``of`` a part of the row."""
    pairs = (one.partition("=") for one in names.split())
    before = f"{of}." if of else ""
    return {name: f"{before}{read or name}" for name, _is, read in pairs}


def as_of_columns(found: Dated) -> dict[str, Any]:
    """Up to when the figures know the records."""
    return {"cutoff": timezone.localtime(found.cutoff), "revision": found.revision}


class FigurePage[Asked, Found](ABC):
    """One page of figures at an address, and its file at the same address with ``.csv``.

    The address gives its name and its template unless they are said; both ask for
    all ``capabilities``.
    Parts of the address are read from the request's ``resolver_match``.
    """

    address: ClassVar[str]
    name: ClassVar[str] = ""
    template: ClassVar[str] = ""
    capabilities: ClassVar[tuple[Capability, ...]]

    @abstractmethod
    def ask(self, request: DeskRequest) -> Asked:
        """What the address says."""

    @abstractmethod
    def compute(self, request: DeskRequest, asked: Asked) -> Found:
        """The figures, from the room that knows them."""

    @abstractmethod
    def around(self, request: DeskRequest, asked: Asked) -> Context:
        """What stands on the page with figures or without."""

    @abstractmethod
    def shown(self, request: DeskRequest, asked: Asked, found: Found) -> Context:
        """The figures in words and pictures."""

    @abstractmethod
    def sheet(self, request: DeskRequest, asked: Asked, found: Found) -> Sheet:
        """The figures as a table that tells no more than the page."""

    def open(self, request: DeskRequest, /, **_said: str) -> HttpResponse:
        """The page."""
        return self.answer(request)

    def answer(self, request: DeskRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
        """The page with its figures, or with why there are none; what may not be asked is refused.

        ``extra`` is what a form on the page has to say.
        """
        context: Context = {}
        try:
            asked = self.ask(request)
            context |= self.around(request, asked)
            context |= self.shown(request, asked, self.compute(request, asked))
        except Unavailable as reason:
            context["unavailable"] = str(reason)
        except Refusal as reason:
            if not context:
                raise
            context["problem"] = str(reason)
        template = self.template or f"{self.address}.html"
        return show(request, template, context | extra, status=status)

    def file(self, request: DeskRequest, /, **_said: str) -> FileResponse:
        """The table."""
        asked = self.ask(request)
        return self.sheet(request, asked, self.compute(request, asked)).file()

    @property
    def urlpatterns(self) -> list[URLPattern]:
        """The page and its file."""
        guarded, name = page(*self.capabilities), self.name or self.address.replace("/", "_")
        return [
            path(f"{self.address}/", guarded(self.open), name=name),
            path(f"{self.address}.csv", guarded(self.file), name=f"{name}_csv"),
        ]
