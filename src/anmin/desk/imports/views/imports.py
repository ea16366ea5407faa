"""Bringing in the files of other systems: upload, look, start, watch, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.imports.forms import NOT_TAKEN, AdjustForm, KeepForm
from anmin.desk.shell.page import DeskRequest, Pages, done, go, show
from anmin.exchange import looking, undoing, uploads
from anmin.exchange.guess import USUAL
from anmin.exchange.profile_use import kinds_brought
from anmin.exchange.profiles import list_profiles
from anmin.exchange.queries import import_run, import_runs, rejections, shows_contacts
from anmin.exchange.reasons import NOTES
from anmin.faces.receiving import TOO_LARGE, received, upload_limit
from anmin.kernel.errors import Conflict, NotAllowed, Refusal
from anmin.kernel.incoming import read_key
from anmin.people.policy import Capability, can

if TYPE_CHECKING:
    from django.http import QueryDict
    from django_stubs_ext import StrOrPromise

    from anmin.exchange.models import ImportRun

PAGE = 20
REASONS = 20
"""So many reasons of rejected rows stand on a page."""
STATES = {
    "draft": (gettext_lazy("Uploaded, not imported"), "open"),
    "queued": (gettext_lazy("Waiting in the queue"), "waiting"),
    "running": (gettext_lazy("Being imported"), "working"),
    "done": (gettext_lazy("Imported"), "done"),
    "failed": (gettext_lazy("Failed"), "declined"),
    "interrupted": (gettext_lazy("Interrupted"), "at_risk"),
    "undoing": (gettext_lazy("Being undone"), "working"),
    "undone": (gettext_lazy("Undone"), "withdrawn"),
}
"""What a run's state is called, and its tone."""
COUNTS = {
    "read": gettext_lazy("Rows read"),
    "created": gettext_lazy("New"),
    "updated": gettext_lazy("Updated"),
    "unchanged": gettext_lazy("Unchanged"),
    "rejected": gettext_lazy("Rejected"),
}
SURE = 0.8
"""A guess at least so sure is not pointed at."""


@dataclass(frozen=True, slots=True)
class Line:
    """One import in the history."""

    run: ImportRun
    label: StrOrPromise
    tone: str
    counts: list[str]

    @property
    def profile(self) -> str:
        """What its column profile is called; one that was made for the file has no name."""
        made = self.run.profile == looking.PROPOSED
        return _("made for this file") if made else self.run.profile


# --- the page and its uploads -------------------------------------------------------------------


pages = Pages(Capability.IMPORT_RECORDS)


@pages.at("import/", "import", receives=upload_limit)
def imports(request: DeskRequest) -> HttpResponse:
    """The upload form, what helps to fill it, and the history."""
    return _receive(request) if request.method == "POST" else _history(request)


def _receive(request: DeskRequest) -> HttpResponse:
    try:
        given = received(request, _too_large())
    except Refusal as refusal:
        return _history(request, str(refusal), status=413 if refusal.code == TOO_LARGE else 422)
    run = uploads.lay_down(
        given.chunks(),
        name=given.name or "",
        actor=request.user,
        modified=_seconds(request.POST.get("modified", "")),
    )
    return go(request, "desk:import_run", run.pk)


def _seconds(said: str) -> float | None:
    """When a browser says that a file was last written; nothing if it does not tell."""
    try:
        seconds = float(said)
    except ValueError:
        return None
    return seconds if isfinite(seconds) else None


def _too_large() -> str:
    return _(
        "The file is larger than %(limit)s. Split it, or have it imported by command "
        "(anmin import incidents)."
    ) % {"limit": filesizeformat(settings.UPLOAD_LIMIT)}


def _history(request: DeskRequest, problem: str = "", *, status: int = 200) -> HttpResponse:
    before = request.GET.get("before", "")
    runs = import_runs(request.user)
    if before:
        runs = runs.filter(pk__lt=read_key(before))
    found = list(runs[: PAGE + 1])
    here = reverse("desk:import")
    context = {
        "problem": problem,
        "limit": settings.UPLOAD_LIMIT,
        "too_large": _too_large(),
        "heads": COUNTS.values(),
        "lines": [_line(run) for run in found[:PAGE]],
        "newer": here if before else "",
        "older": f"{here}?before={found[PAGE - 1].pk}" if len(found) > PAGE else "",
    }
    return show(request, "imports/index.html", context, status=status)


def _line(run: ImportRun) -> Line:
    began = run.state not in ("draft", "queued")
    counts = [f"{getattr(run, name):,}" if began else "" for name in COUNTS]
    return Line(run, *STATES[run.state], counts)


# --- one file -----------------------------------------------------------------------------------


@pages.at("import/<int:run_id>/", "import_run")
def one(request: DeskRequest, run_id: int) -> HttpResponse:
    """A file before its import, as it will be read; afterwards how far it is, or what it did."""
    run = import_run(run_id, actor=request.user)
    if run.state == "draft":
        return _draft(request, run, request.GET)
    masked = not shows_contacts(request.user)
    aside = run.rejected + run.notes.get("not_applied", 0)
    rejects = rejections(run, masked=masked) if aside else []
    shown = rejects[:REASONS]
    line = _line(run)
    context = {
        "line": line,
        "tiles": zip(COUNTS.values(), line.counts, strict=True),
        "notes": [(NOTES[code], f"{count:,}") for code, count in run.notes.items()],
        "rejects": shown,
        "may_view": can(request.user, Capability.VIEW_MATTERS),
        "aside": aside,
        "more_rejects": aside > sum(one.count for one in shown),
        "new_units": [(code, *told) for code, told in sorted(run.new_units.items())],
        "may_add_units": can(request.user, Capability.MANAGE_REFERENCE) and bool(run.stored),
        "mine": uploads.may_deal(run, request.user),
        "may_undo": run.state in ("done", "failed", "interrupted")
        and bool(run.created or run.updated)
        and undoing.may_undo(run, request.user),
        **_how_far(run),
    }
    return show(request, "imports/run.html", context)


@pages.at("import/<int:run_id>/progress/", "import_progress")
def progress(request: DeskRequest, run_id: int) -> HttpResponse:
    """The bar alone, again and again; when it is over, the page is fetched anew."""
    run = import_run(run_id, actor=request.user)
    if run.state not in ("queued", "running"):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "desk/imports/bar.html", _how_far(run))


def _how_far(run: ImportRun) -> dict[str, Any]:
    return {
        "run": run,
        "percent": round(run.share * 100) if run.state == "running" else None,
        "so_far": _("%(rows)s rows read") % {"rows": f"{run.read:,}"},
    }


def _draft(
    request: DeskRequest,
    run: ImportRun,
    said: QueryDict,
    *,
    problem: str = "",
    keep: KeepForm | None = None,
) -> HttpResponse:
    """The file as it will be read. ``problem`` says why what was asked was not done."""
    fits, others = looking.fitting(run, actor=request.user)
    name = said.get("profile", fits[0].name if fits else "")
    adjust, seen, blocked = AdjustForm(said, kinds_brought(request.user)), None, ""
    try:
        seen = _seen(request, run, name, adjust)
    except Refusal as refusal:
        blocked = str(refusal)
    asked = request.method == "POST"
    labels = looking.fact_labels(_kind_of(seen, adjust))
    context = {
        "run": run,
        "mine": uploads.may_deal(run, request.user),
        "problem": problem or blocked,
        "fits": fits,
        "others": others,
        "name": name,
        "look": seen,
        "columns": _columns(seen, adjust) if seen else [],
        "labels": labels.items(),
        "head_number": labels.get("external_id", _("Number")),
        "head_began": labels.get("received_at") or labels.get("opened_at", ""),
        "not_taken": NOT_TAKEN,
        "adjust": adjust,
        "hidden": [("profile", name), *(adjust.said() if adjust.is_valid() and not name else ())],
        "keep": keep or KeepForm(),
        "may_keep": can(request.user, Capability.MANAGE_REFERENCE),
        **({} if name else _help(seen, adjust)),
    }
    return show(request, "imports/draft.html", context, status=422 if asked else 200)


def _kind_of(seen: looking.Look | None, adjust: AdjustForm) -> str:
    """The kind of matter that the rows are, or are asked to be."""
    return seen.profile.kind if seen else adjust.wishes().kind if adjust.is_valid() else USUAL


def _help(seen: looking.Look | None, adjust: AdjustForm) -> dict[str, Any]:
    """What is asked and offered only for a file that no profile knows."""
    sheets = seen.sheets if seen else ()
    if sheets:
        adjust.offer_sheets(sheets)
    return {
        "asks_days": bool(seen and seen.either_order),
        "asks_datum": bool(seen and {"longitude", "point"} & seen.profile.columns.keys()),
        "asks_encoding": not seen or bool(seen.encoding),
        "asks_kind": len(adjust.kinds) > 1,
        "asks_sheet": bool(sheets) or bool(adjust.data.get("sheet")),
        "zones": sorted(available_timezones()),
    }


def _seen(
    request: DeskRequest, run: ImportRun, name: str, adjust: AdjustForm, **more: str
) -> looking.Look:
    """The file through that profile, or as the form says. Raises ``Refusal``."""
    if name:
        return looking.look(run, actor=request.user, profile=name)
    if not adjust.is_valid():
        raise Refusal(_("Check the kind, the time zone and the datum."))
    wishes = adjust.wishes()
    zone = adjust.cleaned_data["zone"]
    return looking.look(run, actor=request.user, zone=zone, wishes=wishes, **more)


def _columns(seen: looking.Look, adjust: AdjustForm) -> list[dict[str, Any]]:
    """The table of columns: what stands in each, what it is, how sure and why."""
    labels = looking.fact_labels(seen.profile.kind)
    return [
        {
            "use": use,
            "facts": [labels.get(fact, fact) for fact in use.facts],
            "said": adjust.columns.get(use.position),
            "sure": f"{use.sure:.0%}" if use.sure and use.facts else "",
            "unsure": (use.sure or 0) < SURE,
        }
        for use in seen.columns
    ]


@pages.post("import/<int:run_id>/start/", "import_start")
def start(request: DeskRequest, run_id: int) -> HttpResponse:
    """Hand the file to the worker, to be read exactly as it was looked at."""
    run, said = import_run(run_id, actor=request.user), request.POST
    name = said.get("profile", "")
    try:
        if name:
            uploads.queue(run_id, profile=name, actor=request.user)
        else:
            seen = _seen(request, run, "", AdjustForm(said, kinds_brought(request.user)))
            uploads.queue(run_id, profile=seen.profile.name, text=seen.text, actor=request.user)
    except NotAllowed:
        raise
    except Conflict as conflict:
        return _too_late(request, run_id, conflict)
    except Refusal as refusal:
        return _draft(request, run, said, problem=str(refusal))
    return go(request, "desk:import_run", run_id)


@pages.post("import/<int:run_id>/again/", "import_again")
def again(request: DeskRequest, run_id: int) -> HttpResponse:
    """Hand an interrupted import to the worker once more; what is in already stays as it is."""
    run = import_run(run_id, actor=request.user)
    uploads.queue(run_id, profile=run.profile, text=run.profile_text, actor=request.user)
    return go(request, "desk:import_run", run_id)


@pages.post("import/<int:run_id>/units/", "import_units", Capability.MANAGE_REFERENCE)
def units(request: DeskRequest, run_id: int) -> HttpResponse:
    """Add the new units as they were listed, and let the import take their rows in."""
    import_run(run_id, actor=request.user)
    try:
        uploads.add_units(run_id, codes=request.POST.getlist("code"), actor=request.user)
    except Conflict as conflict:
        return _too_late(request, run_id, conflict)
    told = _("The units have been added; their rows are being imported.")
    return done(request, told, "desk:import_run", run_id)


def _too_late(request: DeskRequest, run_id: int, conflict: Conflict) -> HttpResponse:
    """Back to the file, with why it was not done."""
    messages.warning(request, str(conflict))
    return go(request, "desk:import_run", run_id)


@pages.at("import/<int:run_id>/undo/", "import_undo")
def undo(request: DeskRequest, run_id: int) -> HttpResponse:
    """What undoing an import would do and what was built on it; sending the form undoes it."""
    run = import_run(run_id, actor=request.user)
    try:
        if request.method == "POST":
            undoing.start(run_id, actor=request.user)
            return done(request, _("The import is being undone."), "desk:import_run", run_id)
        seen = undoing.summary(run_id, actor=request.user)
    except Conflict as conflict:
        return _too_late(request, run_id, conflict)
    context = {"run": run, "seen": seen, "reasons": seen.reasons()}
    return show(request, "imports/undo.html", context)


@pages.post("import/<int:run_id>/discard/", "import_discard")
def discard(request: DeskRequest, run_id: int) -> HttpResponse:
    """Throw away a file that was not imported."""
    run = import_run(run_id, actor=request.user)
    uploads.discard(run_id, actor=request.user)
    return done(request, _("%(file)s was discarded.") % {"file": run.file_name}, "desk:import")


@pages.post("import/<int:run_id>/profile/", "import_keep", Capability.MANAGE_REFERENCE)
def keep(request: DeskRequest, run_id: int) -> HttpResponse:
    """Keep the profile that was made for a file, for every later one like it."""
    run, said = import_run(run_id, actor=request.user), request.POST
    form = KeepForm(said)
    if not form.is_valid():
        return _draft(request, run, said, keep=form)
    called = form.cleaned_data["name"]
    try:
        if called in {listed.name for listed in list_profiles()}:
            raise Refusal(_("There is a profile of that name already."))
        seen = _seen(request, run, "", AdjustForm(said, kinds_brought(request.user)), called=called)
        uploads.save_profile(seen.text, actor=request.user)
    except Refusal as refusal:
        form.add_error("name", str(refusal))
        return _draft(request, run, said, keep=form)
    return done(
        request,
        _("The profile %(name)s has been saved.") % {"name": called},
        f"{reverse('desk:import_run', args=[run_id])}?profile={called}",
    )


urlpatterns = pages.addresses
