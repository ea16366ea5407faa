"""One item: what it rests on, how far it is, the records behind it, and the proof of a milestone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.campaign import actions, curves, policy, queries
from anmin.campaign.actions import LABEL
from anmin.campaign.sources import counted_for
from anmin.campaign.status import LABELS
from anmin.desk.campaign import words
from anmin.desk.campaign.forms import DecideForm, SubmitForm
from anmin.desk.figures import indicators as figures
from anmin.desk.shell import figure as drawn
from anmin.desk.shell.page import DeskRequest, Pages, address, done, show
from anmin.desk.shell.uploads import give_out, take_in, upload_form
from anmin.faces.rows import lines
from anmin.files.queries import files_of, largest
from anmin.kernel.errors import NotAllowed, Unavailable
from anmin.kernel.incoming import read_key
from anmin.matters.limited import counted_for as matters_counted_for
from anmin.measures.figures import Part
from anmin.measures.narrowed import records_of
from anmin.people.policy import Capability
from anmin.places.queries import unit_names

if TYPE_CHECKING:
    from anmin.campaign.queries import Board, Line
    from anmin.desk.shell.sending import Out
    from anmin.faces.forms import ActForm
    from anmin.people.models import Account

pages = Pages(Capability.VIEW_PROGRAMME)


@pages.read("programme/items/<str:key>/", "programme_item")
def item(request: DeskRequest, key: str) -> HttpResponse:
    """One item as it stands."""
    return page_of(request, key)


def page_of(
    request: DeskRequest,
    key: str,
    *,
    bound: ActForm | None = None,
    seq: int = 0,
    problem: str = "",
    status: int = 0,
) -> HttpResponse:
    """The page of an item, with one form as it was sent."""
    board, line = queries.line(request.user, key)
    found, units = line.item, unit_names()
    read = line.reading
    context = {
        "line": line,
        "item": found,
        "shown": words.shown(line, units),
        "programme": board.programme,
        "state": (LABELS[line.status], words.TONES[line.status]),
        "binding": words.binding_of(found),
        "owners": words.owners_of(found, units),
        "interval": words.interval_of(line),
        "forecast": _forecast(line),
        "plot": _plot(board, line),
        "records": _records_link(request.user, line),
        "measure": found.measure if found.proof == "indicator" else "",
        "as_of": figures.known_until(board.cutoff, board.revision) if read and board.cutoff else "",
        "unavailable": board.unavailable,
        "proofs": _proofs(request, line, bound, seq),
        "files": _files(request, line, bound),
        "failed": bound if bound is not None and bound.errors else None,
        **upload_form(request, LABEL, key, problem=problem),
    }
    status = status or (bound.status if bound is not None else 200)
    return show(request, "campaign/item.html", context, status=status)


def _forecast(line: Line) -> dict[str, Any] | None:
    """The forecast in words, with what it rests on."""
    ahead = line.reading.forecast if line.reading else None
    if ahead is None or line.reading is None:
        return None
    level = settings.RULES.get("campaign.forecast_level", timezone.localdate()).share
    return {
        "middle": words.written(
            round(ahead.middle) if line.reading.is_count else ahead.middle,
            is_count=line.reading.is_count,
        ),
        "interval": words.ahead_of(line),
        "level": round(100 * level),
        "weeks": ahead.weeks,
        "scatter": f"{ahead.scatter:.1f}",
    }


def _plot(board: Board, line: Line) -> drawn.Figure | None:
    """The curve by week, with the band of its forecast."""
    curve = curves.curve_of(board, line)
    if line.reading is None or not curve.counted:
        return None
    days = [one.day for one in curve.counted] + [one.day for one in curve.ahead]
    so_far = [drawn.Point(at=_day(one.day), value=one.value, n=one.n) for one in curve.counted]
    to_come = [
        drawn.Point(at=_day(one.day), value=one.value, low=one.low, high=one.high)
        for one in curve.ahead
    ]
    last = curve.counted[-1]
    blank = [drawn.Point(at=_day(day)) for day in days]
    joint = drawn.Point(at=_day(last.day), value=last.value, low=last.value, high=last.value)
    n = len(so_far)
    series = [drawn.Series(name=_("So far"), points=(*so_far, *blank[n:]))]
    if to_come:
        series.append(drawn.Series(name=_("Forecast"), points=(*blank[: n - 1], joint, *to_come)))
    level = settings.RULES.get("campaign.forecast_level", timezone.localdate()).share
    return drawn.Figure(
        id="weeks",
        kind="line-band",
        title=_("Week by week"),
        dimension=_("Week ending"),
        series=tuple(series),
        unit="count" if line.reading.is_count else "percent",
        level=round(100 * level),
        reference=line.item.target,
        reference_label=_("Target"),
        how=_(
            "Counted from the first day of the item to the end of each week. The band is the interval "
            "in which the value is expected at that time, by the weeks so far and how much they scatter."
        ),
    )


def _day(day: Any) -> str:
    return f"{day:%m-%d}"


# --- the records behind it ----------------------------------------------------------------------


def _records_link(account: Account, line: Line) -> str:
    """Where the records are, if this person may open them and there are any."""
    asked, read = counted_for(line.item), line.reading
    if asked is None or read is None or not (read.numerator or read.denominator):
        return ""
    opener = figures.opener_of(asked.indicator.table)
    if opener is None or not opener.may(account):
        return ""
    return address("programme_records", line.key)


PARTS = {"": Part.NUMERATOR, "rest": Part.REST}


@pages.read("programme/items/<str:key>/records/", "programme_records")
def records(request: DeskRequest, key: str) -> HttpResponse:
    """The matters behind an item, oldest first, within what this person may see."""
    _board, line = queries.line(request.user, key)
    asked = counted_for(line.item)
    opener = figures.opener_of(asked.indicator.table) if asked else None
    if asked is None or opener is None or not opener.may(request.user):
        raise NotAllowed(_("You may not see the records behind this item."))
    rest = request.GET.get("part") == "rest" and asked.indicator.denominator is not None
    after = request.GET.get("after", "")
    part = "rest" if rest else ""
    context: dict[str, Any] = {
        "item": line.item,
        "key": key,
        "has_rest": asked.indicator.denominator is not None,
        "rest": rest,
        "binding": words.binding_of(line.item),
    }
    try:
        found = records_of(
            asked,
            PARTS[part],
            figures.scope_of(request.user),
            after=read_key(after) if after else None,
        )
    except Unavailable as reason:
        return show(request, "campaign/records.html", context | {"unavailable": str(reason)})
    seen = opener.matters(request.user, found.keys).select_related("unit")
    matters = matters_counted_for(request.user, seen.order_by("opened_at", "pk"), None)
    context |= {
        "lines": lines(matters, request.user, page="desk:matter"),
        "hidden": len(found.keys) - len(matters),
        "older": address("programme_records", key, part=part, after=str(found.after))
        if found.after
        else "",
        "newer": address("programme_records", key, part=part) if after else "",
        "cutoff": found.cutoff,
    }
    return show(request, "campaign/records.html", context)


# --- documents and proofs -----------------------------------------------------------------------


def _proofs(
    request: DeskRequest, line: Line, bound: ActForm | None, seq: int
) -> list[dict[str, Any]]:
    """The proofs that were brought, each with the form of who may decide on it."""
    found = []
    for one in queries.milestones(request.user, line.key):
        may = policy.may_accept(request.user, line.item, one)
        form = bound if bound is not None and seq == one.seq else DecideForm(auto_id="proof-%s")
        found.append({"proof": one, "form": form if may else None, "tone": VERDICTS[one.verdict]})
    return found


VERDICTS = {"submitted": "waiting", "approved": "done", "returned": "declined"}


def _files(request: DeskRequest, line: Line, bound: ActForm | None) -> list[dict[str, Any]]:
    """The documents of an item; those that may still be brought as its proof with a form."""
    if line.item.proof != "milestone":
        return []
    proofs = queries.milestones(request.user, line.key)
    brought = {one.file for one in proofs}
    settled = any(one.verdict != "returned" for one in proofs)
    may = policy.may_bring(request.user, line.item) and not settled
    found = []
    for one in files_of(request.user, LABEL, line.key):
        form = None
        if may and one.pk not in brought and one.erased_at is None:
            mine = bound is not None and str(bound.data.get("file")) == str(one.pk)
            form = bound if mine else SubmitForm(auto_id=f"f{one.pk}-%s", initial={"file": one.pk})
        found.append({"file": one, "form": form})
    return found


@pages.post("programme/items/<str:key>/files/", "programme_files", receives=largest)
def add_file(request: DeskRequest, key: str) -> HttpResponse:
    """A document of an item."""
    return take_in(
        request,
        LABEL,
        key,
        then="desk:programme_item",
        again=lambda problem, status: page_of(request, key, problem=problem, status=status),
    )


@pages.read("programme/items/<str:key>/files/<int:file_id>/", "programme_document")
def one_file(request: DeskRequest, key: str, file_id: int) -> Out:
    """One document, to be saved; who took it is on record."""
    return give_out(request, LABEL, key, file_id)


@pages.post("programme/items/<str:key>/proof/", "programme_proof")
def submit(request: DeskRequest, key: str) -> HttpResponse:
    """Bring a document as the proof."""
    form = SubmitForm(request.POST)
    if form.does(
        lambda given: actions.submit(
            key=key, file_id=given["file"], note=given["note"], by=request.user
        ),
        lets_pass=True,
    ):
        told = _("Brought. A second person of another unit decides.")
        return done(request, told, "desk:programme_item", key)
    return page_of(request, key, bound=form)


@pages.post(
    "programme/items/<str:key>/proof/<int:seq>/", "programme_judge", Capability.APPROVE_PROGRAMME
)
def judge(request: DeskRequest, key: str, seq: int) -> HttpResponse:
    """Accept a proof, or send it back."""
    form = DecideForm(request.POST, auto_id="proof-%s")
    keep = request.POST.get("do") == "keep"
    if form.does(
        lambda given: actions.judge(
            key=key, seq=seq, keep=keep, reason=given["reason"], by=request.user
        ),
        lets_pass=True,
    ):
        told = _("Accepted: the item is done.") if keep else _("Sent back.")
        return done(request, told, "desk:programme_item", key)
    return page_of(request, key, bound=form, seq=seq)


urlpatterns = pages.addresses
