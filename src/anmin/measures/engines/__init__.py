"""What computes over the Parquet of the lake. One file for each engine.

An engine is imported only when asked for, so that the default install stays lean.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol

import pyarrow as pa
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.measures.expressions import Dialect

DEFAULT: Final = "duckdb"
NAMES: Final = (DEFAULT, "spark")


class Query(Protocol):
    """A question about one table, in whatever dialect."""

    @property
    def table(self) -> str:
        """The table that the query reads."""
        ...

    def sql(self, dialect: Dialect) -> str:
        """The query itself."""
        ...


class Engine(Protocol):
    """Answers queries over tables that are lists of Parquet files."""

    name: str

    def evaluate(self, query: Query, files: Sequence[Path]) -> pa.Table:
        """The answer to ``query``, whose table is those files (at least one).

        Safe from any thread.

        Raises:
            FilesChanged: a file is gone, as another refresh has replaced it.
            Unavailable: the engine cannot do its work.
        """
        ...

    def count(self, files: Sequence[Path]) -> int:
        """How many rows these files (at least one) have. Raises as `evaluate`."""
        ...


class FilesChanged(Exception):  # noqa: N818 - news, not a fault
    """The lake was replaced while it was read; read its manifest again."""


def engine_named(name: str | None) -> Engine:
    """The engine of that name; the default for None.

    Raises:
        NotFound: there is none of that name. Unavailable: what it needs is not installed.
    """
    name = name or DEFAULT
    if name not in NAMES:
        raise NotFound(_("There is no engine %(name)s.") % {"name": name}, field="engine")
    return import_module(f"{__name__}.{name}").engine()  # type: ignore[no-any-return]
