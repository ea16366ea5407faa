"""`anmin rules`: the rules, the texts of law they were read from, and what newer texts change."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from anmin.config import console

if TYPE_CHECKING:
    from anmin.kernel.law_texts import Finding

commands = typer.Typer(
    name="rules", help="Dated rules, and the texts of law behind them.", no_args_is_help=True
)
Folder = Annotated[
    Path, typer.Argument(help="Folder of texts, one file a law: `LAW YYYY-MM-DD.txt` or `.md`.")
]


@commands.command("list")
def list_rules(
    key: Annotated[str, typer.Argument(help="Only rules whose key begins so.")] = "",
    as_json: console.Json = False,
) -> None:
    """List rules with their dates, sources and the digests of the articles they were read from."""
    console.boot()
    from anmin.config.law import as_row, book

    rows = [as_row(rule) for rule in book().all() if rule.key.startswith(key)]
    lines = [
        f"{row['key']:<36} {row['effective']}  {row['value']} {row['unit']}  {row['source']}"
        + "".join(f"\n    {name}  {digest[:16]}…" for name, digest in row["digests"].items())
        for row in rows
    ]
    console.tell({"rules": rows}, as_json=as_json, text="\n".join(lines))


@commands.command("hold")
def hold(folder: Folder, as_json: console.Json = False) -> None:
    """Keep these texts as what the rules were read from: each rule carries its articles' digests.

    Look at `rules check` first: what is held here counts as read and found right.
    """
    console.boot()
    from anmin.config.law import keep

    held = keep(folder)
    found = [one for one in held if one.passage]
    missing = sorted({str(one.cited) for one in held if not one.passage})
    told = {
        "rules": len({(one.rule.key, one.rule.effective) for one in found}),
        "articles": len({str(one.cited) for one in found}),
        "not_found": missing,
    }
    text = f"{told['rules']} rules rest on {told['articles']} articles that are held now."
    text += "".join(f"\n  not in these texts: {one}" for one in missing)
    console.tell(told, as_json=as_json, text=text)


@commands.command("check")
def check(folder: Folder, as_json: console.Json = False) -> None:
    """Compare newer texts with those held: rules, open matters and letters that they reach.

    Exit status 1 when an article that a rule rests on has changed, moved or gone.
    """
    console.boot()
    from anmin.config.law import compare_with

    report = compare_with(folder)
    console.tell(
        report.as_json(), as_json=as_json, text="\n".join(_lines(report.findings, report.as_json()))
    )
    if report.rules:
        raise typer.Exit(1)


def _lines(findings: "Iterable[Finding]", told: dict[str, Any]) -> Iterable[str]:
    words = {
        "changed": "says something else",
        "moved": "stands elsewhere now, word for word: ",
        "gone": "is no longer there",
        "not_held": "nothing is held to compare it with",
        "not_given": "is not among these texts",
    }
    counts = told["counts"]
    yield ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts.items())
    for one in findings:
        if one.verdict == "same":
            continue
        where = (
            f" ({one.text.path.name}, line {one.passage.line})" if one.text and one.passage else ""
        )
        yield f"{one.cited}: {words[one.verdict]}{one.moved_to or ''}{where}"
        if one.verdict == "changed" and one.passage:
            yield from (f"  - {line}" for line in one.before.splitlines())
            yield from (f"  + {line}" for line in one.passage.text.splitlines())
        yield "    rules: " + ", ".join(f"{rule.key} ({rule.effective})" for rule in one.rules)
    for key, row in told["matters"].items():
        numbers = ", ".join(row["numbers"]) + (" …" if row["count"] > len(row["numbers"]) else "")
        yield f"open matters by {key}: {row['count']}" + (f": {numbers}" if numbers else "")
    for letter in told["letters"]:
        yield f"letter {letter['code']}: {letter['label']} (by {', '.join(letter['rules'])})"
