"""Writes docs/indicators.md: ``python -m anmin.measures.indicators_page > docs/indicators.md``."""

import sys

from django.utils import translation

from anmin.measures.registry import MONTH, Indicator, LakeTable, Registry

_HEAD = """\
# Indicators

Every figure that screens, reports and interfaces show. Written from the declarations in each
room's `measures.py` by `python -m anmin.measures.indicators_page`; do not edit by hand. All can be
broken down by `month` besides the dimensions named. Shares have Wilson intervals, counts exact
Poisson intervals, mean scores (between 0 and 1) Wilson intervals, which err on the wide side.
Where small cells stay hidden, the limit is rule `measures.suppress_below`; the level of all
intervals is rule `measures.confidence`.
"""


def indicators_markdown(registry: Registry) -> str:
    """The page on all indicators and lake tables of a registry, in English."""
    with translation.override("en"):
        page = _HEAD + "".join(_indicator(one) for one in registry.indicators.values())
        page += "\n# Tables of the lake\n\nParquet under `$ANMIN_HOME/lake/`, one folder for each month; times are UTC.\n"
        return page + "".join(_table(one) for one in registry.tables.values())


def _indicator(one: Indicator) -> str:
    facts = {
        "what": one.kind.replace("_", " "),
        "unit": str(one.unit),
        "better when": one.direction,
        "by": ", ".join((*one.dimensions, MONTH)),
        "small cells": "hidden" if one.hide_small else "shown",
        "non-response bounds": "yes" if one.frame else "no",
        "table": f"`{one.table}`",
    }
    lines = "".join(f"- {name}: {fact}\n" for name, fact in facts.items() if fact)
    return f"\n## {one.label} (`{one.key}`)\n\n{one.how_made}\n\n{lines}"


def _table(one: LakeTable) -> str:
    rows = "".join(
        f"| `{name}` | {column.type} | {column.meaning} |\n" for name, column in one.columns.items()
    )
    return (
        f"\n## {one.label} (`{one.name}`)\n\nOpened by `{one.key}`; its month is that of "
        f"`{one.month}`.\n\n| column | type | meaning |\n|---|---|---|\n{rows}"
    )


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anmin.config.settings")
    django.setup()
    from anmin.measures.registry import registry

    sys.stdout.buffer.write(indicators_markdown(registry).encode())
