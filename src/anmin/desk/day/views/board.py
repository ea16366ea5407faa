"""一日清, the day board: what came in, what is owed, and the sign-off of a day that is clear."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.callbacks.board_words import COUNTS, called
from anmin.callbacks.dayboard import DayRows, day_board, signing_units
from anmin.callbacks.signing import begun, close_day, open_keys
from anmin.callbacks.unhappy import head_unit
from anmin.desk.day.forms import SignForm
from anmin.desk.shell.csv_files import WHOLE, Column, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.evidence import roots
from anmin.kernel.errors import Conflict, Refusal
from anmin.kernel.incoming import day_of
from anmin.people.policy import Capability, can, require, unit_scope
from anmin.places.queries import unit_by_code

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.forms import BoundField

    from anmin.callbacks.dayboard import DayBoard, Item
    from anmin.people.models import Account
    from anmin.places.models import Unit

SEAL = 6
"""Bytes of a signed day's hash that are shown, to compare with the paper."""
LISTS = {
    "unanswered": gettext_lazy("Not answered yet"),
    "unhappy": gettext_lazy("Unhappy today"),
    "rectifications": gettext_lazy("Being put right"),
    "callbacks": gettext_lazy("Callbacks due"),
    "at_risk": gettext_lazy("Soon due"),
    "due_later": gettext_lazy("Came in, due later"),
    "came_in": gettext_lazy("Came in"),
}
ANCHORS = {
    "owed": "unanswered",
    "callbacks_due": "callbacks",
    "answered": "came_in",
    "late": "unanswered",
    "carried_open": "carried",
}
"""Where a number leads when its list has another name."""


@dataclass(slots=True)
class Row:
    """One matter or callback of the day, once, with all that it is there for."""

    item: Item
    first: str
    """The list that it stands in; the first row of each carries the list's anchor."""
    anchor: bool
    why: list[str] = field(default_factory=list)


pages = Pages(Capability.VIEW_DAY)


@pages.at("day/", "day")
def day(request: DeskRequest) -> HttpResponse:
    """One unit's day; sending the form signs it off, for its duty leader."""
    account = request.user
    unit, on = asked_day(request)
    board = day_board(viewer=account, unit=unit, day=on)
    form = None
    status = 200
    if request.method == "POST":
        require(account, Capability.CLOSE_DAY)
        form = SignForm(request.POST, account=account, items=board.owed, owed=board.counts["owed"])
        if board.closure is not None or form.is_valid():
            try:
                _sign(board, account, form)
            except Conflict:
                board, form, status = day_board(viewer=account, unit=unit, day=on), None, 409
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return done(request, _("The day is signed off."), _address(board.unit, on))
        status = form.status if form is not None else status
    elif board.closure is None and can(account, Capability.CLOSE_DAY):
        form = SignForm(account=account, items=board.owed, owed=board.counts["owed"])
    asked = _named_day(request)
    shown = {
        **_shown(board, account, form),
        "to_come": asked is not None and asked > on,
        "exports": file_links(request, "day_file"),
    }
    return show(request, "day/board.html", shown, status=status)


def asked_day(request: DeskRequest) -> tuple[Unit | None, date]:
    """The unit and the day that an address names: today where it names none, or one to come."""
    today = timezone.localdate()
    on = min(_named_day(request) or today, today)
    code = request.GET.get("unit", "")
    return unit_by_code(code) if code else None, on


def _named_day(request: DeskRequest) -> date | None:
    return day_of(request.GET.get("date", ""), settings.RULES)


def _sign(board: DayBoard, account: Account, form: SignForm) -> None:
    if board.closure is not None:
        raise Conflict(_("This day is signed already and cannot be changed."))
    keys = open_keys(DayRows(board.unit, board.date))
    close_day(
        unit=board.unit,
        day=board.date,
        by=account,
        carry=form.carry(keys),
        note=form.cleaned_data["note"],
    )


def _address(unit: Unit, on: date) -> str:
    return f"{reverse('desk:day')}?{urlencode({'unit': unit.code, 'date': on.isoformat()})}"


def _shown(board: DayBoard, account: Account, form: SignForm | None) -> dict[str, Any]:
    # Who works callbacks must not learn who handled what: they see numbers and callbacks only.
    whole = can(account, Capability.VIEW_MATTERS)
    today = timezone.localdate()
    rows = rows_of(board, lists_for(account))
    if form is not None and board.sign_from is not None and not form.is_bound:
        form = None  # not due yet: what is owed stands in the list
    if form is not None and not form.is_bound and not begun(board.unit, board.date):
        form = None  # before the unit's first record
    asked = {item.key for item in form.items.values()} if form is not None else set()
    linked = {row.first for row in rows if row.anchor} | ({"carried"} if board.carried else set())
    closure = board.closure
    return {
        "board": board,
        "whole": whole,
        "form": form,
        "may_sign": not closure and can(account, Capability.CLOSE_DAY),
        "begun": begun(board.unit, board.date),
        "tiles": [
            (
                called(COUNTS, name, board.date),
                board.counts[name],
                f"#{anchor}" if anchor in linked else "",
            )
            for name in COUNTS
            if name in board.counts and (board.counts["carried"] or not name.startswith("carried"))
            for anchor in [ANCHORS.get(name, name)]
        ],
        "rows": [row for row in rows if row.item.key not in asked],
        "owed": _owed(form, rows) if form is not None else [],
        "many_units": len(board.unsigned_units) > 0 or board.unit.parent_id is None,
        "units": _units(account, board.unit) if whole else [],
        "unsigned": [(one, _address(one, board.date)) for one in board.unsigned_units if whole],
        "earlier": _address(board.unit, board.date - timedelta(days=1)),
        "later": _address(board.unit, board.date + timedelta(days=1)) if board.date < today else "",
        "today": today,
        "past": board.date < today,
        "seal": bytes(closure.hash)[:SEAL].hex() if closure else "",
        **_root(),
        "left_counts": board.left_open.counts if board.left_open else {},
    }


def lists_for(account: Account) -> list[str]:
    """The lists of the board that this person sees; who works callbacks, only these."""
    whole = can(account, Capability.VIEW_MATTERS)
    return [name for name in LISTS if whole or name == "callbacks"]


def rows_of(board: DayBoard, names: Iterable[str]) -> list[Row]:
    """Every matter of the day in one row, what is owed first."""
    rows = dict[str, Row]()
    begun = set[str]()
    for name in names:
        for item in getattr(board, name):
            row = rows.get(item.key)
            if row is None:
                row = rows[item.key] = Row(item, name, anchor=name not in begun)
                begun.add(name)
            row.why.append(str(called(LISTS, name, board.date)))
    return list(rows.values())


def _owed(form: SignForm, rows: list[Row]) -> list[tuple[Item, str, BoundField, BoundField]]:
    """What is owed with its two boxes, and the anchor of the list that begins with it."""
    anchors = {row.item.key: row.first for row in rows if row.anchor}
    return [(item, anchors.get(item.key, ""), why, who) for item, why, who in form.owed()]


def _root() -> dict[str, Any]:
    """The newest signed root, for the sheet on paper."""
    root = roots.latest()
    return {"root": root, "root_short": roots.short(root) if root else ""}


def _units(account: Account, current: Unit) -> list[Unit]:
    """The units whose day this person may look at, the bureau first."""
    scope = unit_scope(account)
    head = head_unit()
    offered = {one.pk: one for one in (head, current, *signing_units()) if one is not None}
    return [one for one in offered.values() if one.pk in scope]


@pages.read("day/list.<slug:ending>", "day_file", Capability.EXPORT_RECORDS)
def day_file(request: DeskRequest, ending: str) -> FileResponse:
    """The rows of a day board."""
    unit, on = asked_day(request)
    board = day_board(viewer=request.user, unit=unit, day=on, shown=WHOLE)
    whole = can(request.user, Capability.VIEW_MATTERS)
    columns: list[tuple[str, Column]] = [
        (_("Number"), "item.number"),
        (_("What"), "item.label"),
        (_("Why it is here"), lambda one: " · ".join([*one.why, *one.item.remarks])),
        (_("State"), "item.state"),
        (_("Opened"), "item.opened_at"),
        (_("Deadline"), "item.due_at"),
    ]
    columns += [(_("Unit"), "item.unit"), (_("Handled by"), "item.owner")] if whole else []
    name = f"{_('Day board')}-{board.unit.code}-{board.date}"
    return list_file(name, columns, rows_of(board, lists_for(request.user)), ending)


urlpatterns = pages.addresses
