"""The statistics library: plain functions on arrays, no Django, no global state.

See `README.md` for what is where. The public names can be had from here; each is looked up in
its module when it is first asked for, so that using one method does not load them all.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from anmin.stats.counts import Comparison as Comparison
    from anmin.stats.counts import compare as compare
    from anmin.stats.intervals import Interval as Interval
    from anmin.stats.intervals import interval as interval
    from anmin.stats.multiplicity import Comparisons as Comparisons
    from anmin.stats.multiplicity import Verdict as Verdict
    from anmin.stats.multiplicity import benjamini_hochberg as benjamini_hochberg
    from anmin.stats.multiplicity import benjamini_yekutieli as benjamini_yekutieli
    from anmin.stats.multiplicity import compare_many as compare_many
    from anmin.stats.multiplicity import holm as holm

HOMES = {
    "Comparison": "counts",
    "Comparisons": "multiplicity",
    "Verdict": "multiplicity",
    "benjamini_hochberg": "multiplicity",
    "benjamini_yekutieli": "multiplicity",
    "compare": "counts",
    "compare_many": "multiplicity",
    "holm": "multiplicity",
    "Interval": "intervals",
    "interval": "intervals",
}
"""Public name → module. A name stands here and, for the type checker, in the imports above."""


if not TYPE_CHECKING:  # else the type checker would take any name for granted

    def __getattr__(name: str) -> Any:
        if name not in HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(HOMES)
