"""What the installation holds of the law, and what newer texts of it reach here."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone

from anmin.channels.letters import Letter, resting_on
from anmin.kernel.law_texts import (
    DIGESTS,
    Finding,
    Held,
    Library,
    Verdict,
    changed_rules,
    compare,
    digests_toml,
    hold,
    read_digests,
)
from anmin.kernel.rules import Rule, RuleBook
from anmin.matters.queries import Resting, open_by_rule


def folder() -> Path:
    """Where the texts are that the rules were read from."""
    return Path(settings.ANMIN_HOME) / "laws"


def book() -> RuleBook:
    """The rules as the files say now, with the digests that are held now."""
    own = Path(settings.ANMIN_HOME) / "rules"
    return RuleBook(
        own if own.is_dir() else None, read_digests(folder()), settings.KIND_FOLDERS.values()
    )


def as_row(rule: Rule) -> dict[str, Any]:
    """One value of one rule, plain."""
    told = rule.model_dump(mode="json", exclude_none=True)
    return {**told, "value": str(rule.value), "digests": dict(rule.digests)}


def keep(source: Path) -> list[Held]:
    """Keep the texts of a folder as those that the rules were read from.

    Every text that a rule needs is read first: nothing is kept of a folder with a fault.
    """
    library = Library(source)
    found = hold(book(), library, timezone.localdate())
    home = folder()
    home.mkdir(mode=0o700, exist_ok=True)
    if source.resolve() != home.resolve():
        for text in {one.text.path: one.text for one in found if one.text}.values():
            known = Library(home).on(text.name, text.since)
            if known is not None and known.since == text.since:
                known.path.unlink()
            shutil.copyfile(text.path, home / text.path.name)
    written = home / f"{DIGESTS}.new"
    written.write_text(digests_toml(found), "utf-8")
    written.replace(home / DIGESTS)
    return found


@dataclass(frozen=True)
class Report:
    """What newer texts say, and whom it reaches. ``rules``: those that somebody must look at."""

    findings: list[Finding]
    rules: Mapping[str, Rule]
    matters: Mapping[str, Resting]
    letters: list[Letter]

    def as_json(self) -> dict[str, Any]:
        """Everything, plain."""
        return {
            "counts": {
                verdict.value: sum(one.verdict is verdict for one in self.findings)
                for verdict in Verdict
            },
            "articles": [
                {
                    "article": str(one.cited),
                    "verdict": one.verdict.value,
                    "moved_to": str(one.moved_to) if one.moved_to else None,
                    "file": one.text.path.name if one.text else None,
                    "since": one.text.since if one.text else None,
                    "line": one.passage.line if one.passage else None,
                    "before": one.before,
                    "now": one.passage.text if one.passage and one.cited.article else "",
                    "rules": [f"{rule.key} {rule.effective}" for rule in one.rules],
                }
                for one in self.findings
            ],
            "rules": sorted(self.rules),
            "matters": {
                key: {"count": row.total, "numbers": list(row.numbers)}
                for key, row in self.matters.items()
            },
            "letters": [
                {
                    "code": one.code,
                    "label": str(one.label),
                    "rules": [key for key in one.rules if key in self.rules],
                }
                for one in self.letters
            ],
        }


def compare_with(source: Path) -> Report:
    """Compare newer texts with those held, and look for what rests on the articles that differ.

    A matter that began before the rule's day keeps the rule of its own day, and is not named.
    """
    _meet_letters()
    held = Library(folder()) if folder().is_dir() else None
    findings = compare(book(), Library(source), timezone.localdate(), held)
    rules = changed_rules(findings)
    zone = timezone.get_default_timezone()
    since = {key: datetime.combine(rule.effective, time(), zone) for key, rule in rules.items()}
    return Report(findings, rules, open_by_rule(since), resting_on(rules))


def _meet_letters() -> None:
    """Import what names the letters: rooms name them beside the code that writes them."""
    from importlib import import_module
    from importlib.util import find_spec

    import_module("anmin.config.root_mail")
    for app in apps.get_app_configs():
        name = f"{app.name}.tasks"
        if app.name.startswith("anmin.") and find_spec(name):
            import_module(name)
