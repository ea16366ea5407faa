"""Listing candidates: put forward with frozen evidence, decided by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from anmin.desk.shell.csv_files import WHOLE, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.watch import words as watching
from anmin.desk.watch.candidate_evidence import in_words
from anmin.desk.watch.forms import ProposeForm, ReasonForm
from anmin.faces.timeline import Change, Event
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.people.listing import listed
from anmin.people.policy import Capability, capability_table, require
from anmin.places.queries import area_by_code, area_names
from anmin.watch import actions, queries
from anmin.watch.actions import Case
from anmin.watch.cases import GROUNDS, STATES, case_of
from anmin.watch.evidence import gathered
from anmin.watch.policy import may_decide, may_propose

if TYPE_CHECKING:
    from anmin.people.models import Account
    from anmin.watch.models import Candidate
    from anmin.watch.queries import Story

TONES = {"suggested": "open", "proposed": "waiting", "kept": "done", "dismissed": "declined"}


pages = Pages(Capability.VIEW_WATCH)


@pages.at("candidates/", "candidates")
def candidates(request: DeskRequest) -> HttpResponse:
    """Those that wait, or those decided."""
    decided = request.GET.get("view") == "decided"
    here = reverse("desk:candidates")
    context = {
        "rows": queries.candidates(request.user, waiting=not decided),
        "decided": decided,
        "exports": file_links(request, "candidates_file"),
        "views": [
            {"url": here, "label": _("Waiting"), "current": not decided},
            {"url": f"{here}?view=decided", "label": _("Decided"), "current": decided},
        ],
    }
    return show(request, "watch/candidates/list.html", context)


@pages.at("candidates/<int:pk>/", "candidate")
def candidate(request: DeskRequest, pk: int) -> HttpResponse:
    """One candidate: its evidence, what it does not show, its steps, and the next one."""
    story = queries.candidate(request.user, pk)
    form, status = ReasonForm(initial={"version": story.candidate.version}), 200
    failed = ""
    if request.method == "POST":
        failed = request.POST.get("do", "")
        step = _steps(request.user, story.candidate).get(failed)
        form = ReasonForm(request.POST)
        if step is None:
            # No such step for this person now: the action says why.
            step = _STEPS.get(failed, _STEPS["keep"])
        if form.is_valid():
            try:
                step(
                    request.user,
                    pk,
                    form.cleaned_data["version"] or 0,
                    form.cleaned_data["reason"],
                )
            except Conflict as refusal:
                story = queries.candidate(request.user, pk)
                form.refuse(refusal)
            except Refusal as refusal:
                if refusal.field is None:
                    raise
                form.refuse(refusal)
            else:
                return done(request, _("Written down."), "desk:candidate", pk)
        status = form.status
    return show(
        request,
        "watch/candidates/one.html",
        _shown(request.user, story, form, failed),
        status=status,
    )


type Step = Callable[[Account, int, int, str], object]


def _confirm(account: Account, pk: int, version: int, reason: str) -> object:
    return actions.confirm(account=account, candidate_id=pk, version=version, reason=reason)


def _set_aside(account: Account, pk: int, version: int, reason: str) -> object:
    return actions.set_aside(account=account, candidate_id=pk, version=version, reason=reason)


def _keep(account: Account, pk: int, version: int, reason: str) -> object:
    return actions.decide(
        account=account, candidate_id=pk, version=version, keep=True, reason=reason
    )


def _dismiss(account: Account, pk: int, version: int, reason: str) -> object:
    return actions.decide(
        account=account, candidate_id=pk, version=version, keep=False, reason=reason
    )


_STEPS: dict[str, Step] = {
    "confirm": _confirm,
    "set_aside": _set_aside,
    "keep": _keep,
    "dismiss": _dismiss,
}


def _steps(account: Account, found: Candidate) -> dict[str, Step]:
    """The steps that this person may take now."""
    names: tuple[str, ...] = ()
    if found.state == "suggested" and may_propose(account):
        names = ("confirm", "set_aside")
    elif may_decide(account, found):
        names = ("keep", "dismiss")
    return {name: _STEPS[name] for name in names}


def _shown(account: Account, story: Story, form: ReasonForm, failed: str) -> dict[str, Any]:
    found = story.candidate
    labels = {
        "confirm": (_("Propose it"), "btn-primary"),
        "set_aside": (_("Set it aside"), "btn"),
        "keep": (_("Keep for listing"), "btn-primary"),
        "dismiss": (_("Dismiss"), "btn"),
    }
    return {
        "candidate": found,
        "state": (STATES[found.state], TONES[found.state]),
        "ground": GROUNDS[found.ground],
        "evidence": in_words(found.evidence),
        "intact": story.intact,
        "digest": found.digest[:16],
        "events": _events(story),
        "form": form,
        "failed": failed,
        "offers": [
            {"code": name, "label": labels[name][0], "look": labels[name][1]}
            for name in _steps(account, found)
        ],
        "waits_for": _waits_for(found),
        "own": found.state == "proposed" and found.proposed_by_id == account.pk,
    }


WAITS_FOR = {
    "suggested": Capability.PROPOSE_LISTING,
    "proposed": Capability.DECIDE_LISTING,
}


def _waits_for(found: Candidate) -> str:
    """Whose step is next, in words; empty when none is."""
    needed = WAITS_FOR.get(found.state)
    roles = [str(role.label) for role, held in capability_table().items() if needed in held]
    return listed(roles)


def _events(story: Story) -> list[Event]:
    return [
        Event(
            at=step.at,
            actor=step.actor.display_name if step.actor else _("The night's figures"),
            action=str(STATES[step.went_to]),
            tone=TONES[step.went_to],
            note=step.reason,
            changes=(
                Change(
                    label=_("State"),
                    before=str(STATES[step.came_from]),
                    after=str(STATES[step.went_to]),
                ),
            )
            if step.came_from
            else (),
        )
        for step in story.steps
    ]


# --- putting a place forward -----------------------------------------------------------------


@pages.at("candidates/new/", "candidate_new", Capability.PROPOSE_LISTING)
def candidate_new(request: DeskRequest) -> HttpResponse:
    """The evidence as it would be frozen now, and the form that proposes the place."""
    require(request.user, Capability.PROPOSE_LISTING)
    asked = request.GET
    case, members = case_of(
        viewer=request.user,
        ground=asked.get("ground", ""),
        area=asked.get("area", ""),
        about=asked.get("about", ""),
        scan_id=asked.get("scan", ""),
        cluster=asked.get("cluster", ""),
    )
    names = area_names()
    places = [(code, names[code]) for code in members if code in names]
    if not places:
        raise NotFound(_("There is no such place."))
    waiting = queries.waiting_for(request.user, case.area.code)
    form, status = ProposeForm(places=places, initial={"area": case.area.code}), 200
    if request.method == "POST":
        form = ProposeForm(request.POST, places=places)
        if form.is_valid():
            chosen = Case(
                area_by_code(form.cleaned_data["area"]),
                case.ground,
                case.about,
                case.scan,
                case.cluster,
            )
            try:
                made = actions.propose(
                    account=request.user, case=chosen, reason=form.cleaned_data["reason"]
                )
            except Refusal as refusal:
                form.refuse(refusal)
            else:
                return done(
                    request, _("Proposed. Somebody else decides."), "desk:candidate", made.pk
                )
        status = form.status
    evidence = gathered(case.area, scan=case.scan, cluster=case.cluster)
    context = {
        "form": form,
        "ground": GROUNDS[case.ground],
        "evidence": in_words(evidence),
        "waiting": waiting,
        "back_url": reverse("desk:watch"),
        "level": watching.level_percent(),
    }
    return show(request, "watch/candidates/new.html", context, status=status)


@pages.read("candidates/list.<slug:ending>", "candidates_file", Capability.EXPORT_RECORDS)
def candidates_file(request: DeskRequest, ending: str) -> FileResponse:
    """The listing candidates that wait, or those decided."""
    found = queries.candidates(
        request.user, waiting=request.GET.get("view") != "decided", limit=WHOLE
    )
    columns = [
        (_("Place"), "area.label"),
        (_("Ground"), "get_ground_display"),
        (_("State"), "get_state_display"),
        (_("Proposed by"), "proposed_by"),
        (_("Proposed"), "made_at"),
    ]
    return list_file(_("Listing candidates"), columns, found, ending)


urlpatterns = pages.addresses
