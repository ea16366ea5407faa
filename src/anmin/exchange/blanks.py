"""Words that stand in exports where nothing is known."""

import re
from collections.abc import Iterable

NO_RESULT = "#FORMULA!"
"""Stands for a formula whose result was not saved with the workbook."""
NOTHING = re.compile(
    r"\(?null\)?|<null>|n/?a|n\.a\.?|#n/a|nan|nil|none|nat|[-–—]+|\.+|\?+|/+|\\n|[-_]+:[-_:]+"
    r"|\((?:blank|empty|空)\)|s/d|k\. ?a\.|无|暂无|空|空白|未填"
    r"|#ref!|#value!|#div/0!|#name\?|#num!|#null!|#spill!|#calc!",
    re.IGNORECASE,
)
_MIDNIGHT = (
    r"(?:[T ](?:12:00(?::00)? ?AM|00?:00(?::00(?:[.,]0+)?)?)(?: ?(?:Z|UTC|\+00(?::?00)?))?)?"
)
_DAYS = (
    *("0{1,4}M0{1,2}M0{1,4}", "0{8}", "0001M0?1M0?1", "0?1M0?1M(?:0001|1753|1900|1970)"),
    *("(?:1753|1900|1970)M0?1M0?1", "1899M12M3[01]", "12M3[01]M1899", "3[01]M12M1899"),
)
NO_DAY = re.compile(f"(?:{'|'.join(_DAYS).replace('M', '[-/.]')}){_MIDNIGHT}", re.IGNORECASE)
"""The first day of somebody's calendar: what a database shows where no day was put in."""


def says_nothing(value: str) -> bool:
    """Whether a text stands for nothing, whatever its column holds."""
    return bool(NOTHING.fullmatch(value))


def no_days(values: Iterable[str]) -> set[str]:
    """Those of these texts that stand for no day, in a column of days."""
    return {value for value in set(values) if NO_DAY.fullmatch(value)}
