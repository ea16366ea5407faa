"""What docs/rules.md says."""

from itertools import groupby

from anmin.kernel.rules import Rule, RuleBook, Unit

_TAGS = {
    "L": "the text of the named law or regulation (check it again before real use)",
    "S": "the text of the named standard; one that is recommended (GB/T) binds nobody",
    "P": "proposed by this project or taken from the practice named",
    "D": "derived",
}
_HEAD = """\
# Rules

Every number that law, practice or this project sets. Written from `src/anmin/kernel/rules/*.toml`
by `make docs`; do not edit by hand. An installation changes a rule with a
file of the same form in `$ANMIN_HOME/rules`, read at the start: the same key and date replaces a
value, a later date adds one. Days and months do not count the day of the start and end at
23:59:59 local time; "↷" means that a last day on which offices are closed moves to the next day
on which they are open; "◐" that it is kept at the hours of `callback.quiet_until` to
`callback.quiet_from` only: due then it is due at their end before, and never before
`callback.least_time` of them has passed. "Same day" is the day of the start until
`same_day.latest_start`, and the next day by `same_day.next_day_by` for what starts later or too
late for its hours. What law counts in days does not look at the hour of the start: the day of the
start is not counted at all.
"""


def _value(rule: Rule) -> str:
    match rule.unit:
        case Unit.SAME_DAY:
            text = "same day"
        case Unit.TIME_OF_DAY:
            text = f"{rule.value:%H:%M}"
        case Unit.COUNT | Unit.RATIO:
            text = str(rule.value)
        case Unit.MONEY:
            text = f"¥ {rule.value}"
        case unit:
            word = unit.replace("_", " ")
            text = f"{rule.value} {word.removesuffix('s') if rule.value == 1 else word}"
    return text + (" ↷" if rule.defers else "") + (" ◐" if rule.within else "")


def _row(rule: Rule) -> str:
    label = f"{rule.label}<br>{rule.label_zh}"
    if rule.counted:
        label += f"<br>*Counted {rule.counted}.*"
    if rule.note:
        label += f"<br>*{rule.note}*"
    cells = (f"`{rule.key}`", _value(rule), str(rule.effective), rule.tag, label, rule.source)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def rules_markdown(book: RuleBook) -> str:
    """The page on all rules of a book, a table for each first part of the key."""
    page = _HEAD + "\n" + "".join(f"- **{tag}**: {text}\n" for tag, text in _TAGS.items())
    for topic, rules in groupby(book.all(), key=lambda rule: rule.key.split(".")[0]):
        page += f"\n## {topic.replace('_', ' ').capitalize()}\n\n"
        page += "| key | value | from | tag | what | source |\n|---|---|---|---|---|---|\n"
        page += "".join(map(_row, rules))
    return page
