"""Cells that a spreadsheet would run as a formula, made harmless and back again."""

import re

STARTS_FORMULA = re.compile(r"'*[=+\-@\t\r]")
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")

WRAPPED = re.compile(r'="((?:[^"]|"")*)"')


def neutralised(text: str) -> str:
    """Text that a spreadsheet takes as text: an apostrophe before what could be a formula.

    Numbers stay numbers (``-122.3``). `restored` is the exact inverse.
    """
    if STARTS_FORMULA.match(text) and not NUMBER.fullmatch(text):
        return "'" + text
    return text


def restored(text: str) -> str:
    """The text as it was before `neutralised`, or before an export wrapped it so that a spreadsheet
    keeps its zeros (``="00123"``)."""
    if wrapped := WRAPPED.fullmatch(text):
        return wrapped[1].replace('""', '"')
    return text[1:] if text.startswith("'") and STARTS_FORMULA.match(text) else text
