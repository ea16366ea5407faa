"""Problems as sentences, in the reader's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anmin.exchange.problems import Particular, Problem, Unreadable
from anmin.kernel.errors import Refusal
from anmin.people.listing import listed

FILES: dict[str, Promise] = {
    "empty": _("The file is empty."),
    "no_file": _("There is no file %(path)s."),
    "not_a_file": _("%(path)s cannot be read as a file."),
    "old_spreadsheet": _(
        "This is a workbook of the old format (.xls) or one protected by a password. "
        "Save it as .xlsx or .csv without a password."
    ),
    "pdf": _("This is a PDF, not a table. Export the records as .csv or .xlsx."),
    "compressed": _("The file is compressed. Unpack it first."),
    "web_page": _("This is a web page, though its name may end in .xls. Save it as .xlsx or .csv."),
    "zero_bytes": _(
        "The file holds zero bytes (the first at byte %(offset)s): it is no text. Save it as CSV in "
        "UTF-8."
    ),
    "not_in_encoding": _(
        "The file is not in the encoding %(encoding)s that the profile names: byte %(offset)s, in "
        "line %(line)s, is wrong."
    ),
    "no_usual_encoding": _(
        "The file is neither in UTF-8 nor in GB18030 (byte %(offset)s, in line %(line)s, is wrong). "
        "Say which encoding it is in (on the page, by --encoding, or in the profile), or save it as "
        "UTF-8."
    ),
    "quotes": _("The quotation marks are too damaged to tell rows apart, from line %(line)s on."),
    "damaged_workbook": _("The workbook is damaged or incomplete. Export it again."),
    "encrypted": _("The workbook is protected by a password. Save it without one."),
    "zip_bomb": _(
        "The workbook is far larger inside (%(megabytes)s MB) than outside and is not opened."
    ),
    "no_workbook": _("This is an archive, but no workbook with a visible sheet."),
    "no_sheet": _("There is no sheet “%(sheet)s”. There are: %(sheets)s."),
    "missing_column": _("Column missing: %(columns)s (header looked for in line %(line)s)."),
    "doubled_column": _("The column “%(column)s” stands twice in the header (line %(line)s)."),
    "no_number_guessed": _(
        "No column looks like the number of an event: none is named so, and none has a different "
        "value in each row. Say which column it is."
    ),
    "no_moment_guessed": _(
        "No column holds dates, so nothing tells when an event began: a profile cannot be proposed."
    ),
    "formulas": _(
        "The column “%(column)s” holds formulas whose results are not saved in the workbook. Open it "
        "in a spreadsheet, save it and bring it again."
    ),
    "empty_moments": _(
        "The column “%(column)s” tells when events began, but it is blank in all rows."
    ),
    "unread_dates": _(
        "The column “%(column)s” looks like dates, but “%(value)s” is written in a way that cannot "
        "be read."
    ),
    "chosen_twice": _("Columns %(first)s and %(second)s were chosen for the same fact."),
    "no_dates": _("Column %(column)s holds no dates that can be read, for example “%(value)s”."),
    "died": _("The reading of the file broke off. What was taken in so far stays; run it again."),
}

ROWS: dict[str, Promise] = {
    "open_quote": _("A quotation mark is opened and not closed."),
    "row_too_long": _("The row is longer than %(limit)s characters."),
    "cell_too_long": _("A cell is longer than %(limit)s characters."),
    "zero_byte": _("The row holds a zero byte."),
    "wrong_bytes": _("The row holds bytes that are no text in the file's encoding."),
    "wrong_width": _("The row has %(found)s cells, the header has %(wanted)s."),
    "no_number": _("%(column)s is blank: the row has no event number."),
    "rounded_number": _(
        "The event number “%(value)s” was rounded by a spreadsheet. Format the column as text."
    ),
    "number_too_long": _("The event number is longer than %(limit)s characters."),
    "formula": _(
        "%(column)s: a formula whose result is not saved in the workbook. Open it in a spreadsheet, "
        "save it and bring it again."
    ),
    "no_number_here": _("%(column)s: “%(value)s” is no number."),
    "no_whole_number": _("%(column)s: “%(value)s” is no whole number."),
    "no_yes_or_no": _("%(column)s: “%(value)s” says neither yes nor no."),
    "unknown_word": _("%(column)s: “%(value)s” is no word of the list."),
    "unknown_state": _("The state “%(value)s” is not known to the profile."),
    "no_opening": _("The row does not tell when the event began."),
    "impossible_time": _(
        "%(column)s: “%(value)s” is not a possible date and time. Write it like 2026-03-01 08:30."
    ),
    "no_clock": _("%(column)s: the day %(value)s has no time of day."),
    "future_time": _("%(column)s: “%(value)s” lies in the future."),
    "too_early": _("%(column)s: “%(value)s” lies too far in the past."),
    "wrong_order": _("%(later)s (%(value)s) lies before %(earlier)s."),
    "unknown_category": _("The category “%(value)s” is not known to the profile."),
    "unknown_unit": _("The unit “%(value)s” is not known."),
    "new_unit": _("The unit “%(value)s” is not known yet. An administrator can add it."),
    "unknown_area": _("The area “%(value)s” is not known."),
    "not_degrees": _("“%(value)s” is no longitude and latitude."),
    "outside_bounds": _("The coordinates %(value)s lie outside the range of the profile."),
    "phone_rounded": _(
        "The telephone number was rounded by a spreadsheet: its last digits are gone. Format the "
        "column as text and export again."
    ),
    "phone_local": _(
        "The telephone number is a landline without its area code. Write it with one, or set "
        "ANMIN_AREA_CODE."
    ),
    "phone_short": _("The telephone number has too few digits."),
    "phone_long": _("The telephone number has too many digits."),
    "phone_unreadable": _("The telephone number cannot be read."),
    "refused": _("The record does not fit: %(reason)s"),
    "not_applied": _(
        "Not applied: a later export has already told otherwise of the event %(number)s."
    ),
}

NOTES: dict[str, Promise] = {
    "phone_partly": _("Besides a telephone number there was something that may be another one."),
    "text_cut": _("A text was longer than its field and was cut."),
    "no_point": _("Where a point of the map was looked for there was none: taken without."),
    "not_applied": _("Not applied, since a later export has already told otherwise."),
    "rows_joined": _("Joined to another row of the file about the same event."),
}

DOUBTS: dict[str, Promise] = {
    "day_month_order": _("No value tells the order of day and month: check the date format."),
    "unsure": _("Check the column taken for %(fact)s."),
    "no_clock": _("The column taken for %(fact)s has no time of day: all would be at midnight."),
    "counted_rows": _(
        "The event numbers run 1, 2, 3 …: if they only count the rows of this file, another file has "
        "the same ones for other events. Check that the column is the number of the event."
    ),
    "mixed_dates": _(
        "In the column “%(fact)s” some cells are dates and others text, and every date has a day up "
        "to 12: a spreadsheet seems to have taken months for days. Export again as text."
    ),
    "repeated_number": _(
        "Some event numbers stand in several rows: they become one record. Check that the column "
        "is the number of the event."
    ),
    "blank_number": _("Some rows have no event number: they will be rejected."),
    "unread_dates": _(
        "The column “%(fact)s” looks like dates that cannot be read: it is left out."
    ),
    "other_sheets": _("The workbook has other sheets that are not read: %(fact)s."),
    "point_order": _("Check whether the latitude stands before the longitude."),
    "no_category": _("No column of categories was found: every record becomes “other”."),
    "category_needed": _(
        "No column of categories was found: say in [category] which one every record has (default)."
    ),
    "datum": _("Check on which datum the coordinates stand (wgs84, gcj02, bd09)."),
    "zone": _("Check the time zone."),
    "utc_title": _(
        "The column “%(fact)s” says that its times are in UTC, but the time zone is another one."
    ),
}


def sentence(problem: Problem) -> str:
    """Why a row was rejected."""
    return str(ROWS[problem.code]) % _told(problem.particulars)


def doubt(code: str, labels: Mapping[str, str] | None = None) -> str:
    """What to look at by eye in a proposed profile. `labels` are the facts in people's words."""
    code, _colon, fact = code.partition(":")
    return str(DOUBTS[code]) % {"fact": (labels or {}).get(fact, listed(fact.splitlines()))}


def refusal(fault: Unreadable) -> Refusal:
    """Why a file was refused, with the line at fault if one is."""
    line = fault.particulars.get("line")
    return Refusal(
        str(FILES[fault.code]) % _told(fault.particulars),
        field="file",
        line=line if isinstance(line, int) else None,
        code=fault.code,
    )


def _told(particulars: Mapping[str, Particular]) -> dict[str, str | int]:
    return {
        name: listed(one) if isinstance(one, tuple) else one for name, one in particulars.items()
    }
