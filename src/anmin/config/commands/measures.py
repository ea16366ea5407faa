"""`anmin measures`: the figures and the lake they are computed from."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from anmin.config import console

if TYPE_CHECKING:
    from anmin.measures.figures import Figure
    from anmin.measures.queries import Result

commands = typer.Typer(name="measures", help="Figures.", no_args_is_help=True)

Engine = Annotated[str | None, typer.Option(help="What computes: duckdb (default) or spark.")]


@commands.command("refresh")
def refresh(
    engine: Engine = None,
    full: Annotated[bool, typer.Option("--full", help="Write everything anew.")] = False,
    as_json: console.Json = False,
) -> None:
    """Bring the lake up to date with the records: only the months that have changed."""
    console.boot()
    from django.utils.translation import gettext as _

    from anmin.matters.kind_check import require_known_rows
    from anmin.measures.lake import refresh

    require_known_rows()
    with console.progress(_("Reading changed months")) as advance:
        done = refresh(engine=engine, full=full, progress=lambda _table, rows: advance(rows, 0))
    told = {
        "revision": done.manifest.revision,
        "cutoff": done.manifest.cutoff,
        "months": done.months,
        "rows": done.rows,
        "seconds": round(done.seconds, 3),
    }
    months = sum(map(len, done.months.values()))
    text = _("%(rows)s rows in %(months)s months written (%(seconds).1f s); revision %(revision)s.")
    console.tell(told, as_json=as_json, text=text % {**told, "months": months})


@commands.command("list")
def list_all(as_json: console.Json = False) -> None:
    """The indicators there are."""
    console.boot()
    from anmin.measures.registry import MONTH, registry

    rows = [
        {
            "key": one.key,
            "label": str(one.label),
            "kind": one.kind,
            "unit": str(one.unit),
            "direction": one.direction,
            "table": one.table,
            "dimensions": [*one.dimensions, MONTH],
            "hide_small": one.hide_small,
        }
        for one in registry.indicators.values()
    ]
    width = max((len(key) for key in registry.indicators), default=0)
    text = "\n".join(f"{one.key:<{width}}  {one.label}" for one in registry.indicators.values())
    console.tell({"indicators": rows}, as_json=as_json, text=text)


@commands.command("show")
def show(
    key: Annotated[str, typer.Argument(help="The indicator; see `anmin measures list`.")],
    by: Annotated[str, typer.Option(help="Dimensions, such as unit,month.")] = "",
    start: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="First day.", callback=console.sensible),
    ] = None,
    end: Annotated[
        datetime | None,
        typer.Option("--to", formats=["%Y-%m-%d"], help="Last day.", callback=console.sensible),
    ] = None,
    engine: Engine = None,
    as_json: console.Json = False,
) -> None:
    """One indicator's figures, with their intervals, and its total."""
    console.boot()
    from anmin.measures import queries

    result = queries.show(
        key,
        by=[name.strip() for name in by.split(",") if name.strip()],
        start=start.date() if start else None,
        end=end.date() if end else None,
        engine=engine,
    )
    told = {
        "indicator": key,
        "by": list(result.by),
        "rows": [figure.as_dict() for figure in result.rows],
        "total": result.total.as_dict(),
        "cutoff": result.cutoff,
        "revision": result.revision,
    }
    console.tell(told, as_json=as_json, text=_table(result))


def _table(result: "Result") -> str:
    """The figures for people, a line each, the total last."""
    from django.utils import timezone
    from django.utils.formats import date_format
    from django.utils.translation import gettext as _
    from rich.cells import cell_len, set_cell_size

    beside = [_("Without the unit's own and repeat calls")] if result.indicator.aside else []
    beside += [_("Without unreasonable demands")] if result.indicator.demands else []
    lines = [[*result.by, _("value"), _("interval"), _("share of"), *beside]]
    figures = [*result.rows, *([result.total] if result.by else [])] or [result.total]
    for figure in figures:
        names = [str(figure.dimensions.get(name, _("total"))) for name in result.by]
        others = (figure.without, figure.without_demands)
        bare = [" ".join(_cells(other)) for other in others if other] or [""] * len(beside)
        lines.append([*names, *_cells(figure), *bare])
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    body = "\n".join("  ".join(map(set_cell_size, line, widths)).rstrip() for line in lines)
    moment = date_format(timezone.localtime(result.cutoff), "Y-m-d H:i")
    return f"{result.indicator.label}\n{body}\n" + _("As of %(moment)s.") % {"moment": moment}


def _cells(figure: "Figure") -> list[str]:
    from django.utils.translation import gettext as _

    if figure.suppressed:
        return [_("too few to show"), "", ""]
    if figure.value is None or figure.low is None or figure.high is None:
        return ["—", "", str(figure.denominator or 0)]
    if figure.denominator is None:
        return [_count(figure.value), f"{figure.low:.1f}–{figure.high:.1f}", ""]
    return [
        f"{figure.value:.2%}",
        f"{figure.low:.1%}–{figure.high:.1%}",
        f"{_count(figure.numerator or 0)} / {_count(figure.denominator)}",
    ]


def _count(number: float) -> str:
    """A count as the desk shows it: of a weighted one, one digit after the point."""
    return f"{number:.0f}" if number == round(number) else f"{number:.1f}"
