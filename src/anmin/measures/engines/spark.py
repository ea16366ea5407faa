"""Spark, for a lake that one machine cannot hold: the same queries on a cluster.

Needs the extra `spark`. The cluster is the one that Spark's own configuration names
(`SPARK_CONF_DIR`, `spark.master`); without any, all cores of this machine.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from django.utils.translation import gettext as _

from anmin.kernel.errors import Unavailable
from anmin.measures.engines import FilesChanged, Query
from anmin.measures.expressions import Dialect

DIALECT: Final = Dialect(
    name=lambda name: f"`{name}`",
    text=lambda text: "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'",
)


class Spark:
    """One Spark session for the process; evaluations take turns, as views are the session's."""

    name = "spark"

    def __init__(self, session: Any) -> None:
        # The lake keeps times as UTC without a zone, and so are they to be read.
        session.conf.set("spark.sql.session.timeZone", "UTC")
        # A folder called month=2026-03 is text, not the first of March.
        session.conf.set("spark.sql.sources.partitionColumnTypeInference.enabled", "false")
        session.conf.set("spark.sql.parser.escapedStringLiterals", "false")
        self._session = session
        self._turn = threading.Lock()

    def evaluate(self, query: Query, files: Sequence[Path]) -> pa.Table:
        """See `Engine.evaluate`."""
        with self._reading(files) as rows:
            rows.createOrReplaceTempView(query.table)
            return self._session.sql(query.sql(DIALECT)).toArrow()

    def count(self, files: Sequence[Path]) -> int:
        """See `Engine.count`."""
        with self._reading(files) as rows:
            return int(rows.count())

    @contextmanager
    def _reading(self, files: Sequence[Path]) -> Iterator[Any]:
        with self._turn:
            try:
                yield self._session.read.parquet(*(f"file://{file}" for file in files))
            except Exception as fault:  # Spark and its bridge share no base of their faults
                if not all(file.exists() for file in files):
                    raise FilesChanged from fault
                raise Unavailable(
                    _("Spark cannot compute the figures: %(reason)s")
                    % {"reason": str(fault).strip().partition("\n")[0] or type(fault).__name__}
                ) from fault


@cache
def engine() -> Spark:
    """The engine of this process.

    Raises:
        Unavailable: Spark is not installed, or does not start.
    """
    try:
        builder = import_module("pyspark.sql").SparkSession.builder
    except ImportError:
        raise Unavailable(
            _("Spark is not installed here; install Anmin with its extra “spark”.")
        ) from None
    try:
        return Spark(builder.appName("anmin").getOrCreate())
    except Exception as fault:
        raise Unavailable(
            _("Spark does not start: %(reason)s")
            % {"reason": str(fault).strip().partition("\n")[0] or type(fault).__name__}
        ) from fault
