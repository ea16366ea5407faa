"""Announcements of a year's holidays, as the file that an administrator brings."""

from collections.abc import Sequence

NAMES = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Qingming Festival",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-Autumn Festival",
    "国庆节": "National Day",
}


def announcement(source: str, *rows: Sequence[str]) -> str:
    """The text of one: of each holiday its name, first and last day, then its make-up workdays."""
    parts = [f'source = "{source}"']
    for name, first, last, *workdays in rows:
        parts.append(f'[[holiday]]\nname = "{name}"\nname_en = "{NAMES[name]}"')
        parts.append(f"from = {first}\nto = {last}")
        if workdays:
            parts.append(f"workdays = [{', '.join(workdays)}]")
    return "\n".join(parts) + "\n"
