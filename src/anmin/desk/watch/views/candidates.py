"""Listing candidates: put forward with frozen evidence, decided by somebody else."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import FileResponse, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.csv_files import WHOLE, file_links, list_file
from anmin.desk.shell.page import DeskRequest, Pages, address, choices, done, show
from anmin.desk.watch import words as watching
from anmin.desk.watch.candidate_evidence import in_words
from anmin.desk.watch.forms import ProposeForm, ReasonForm
from anmin.faces.forms import openable_kinds
from anmin.faces.timeline import Change, Event
from anmin.kernel.errors import NotFound
from anmin.people.listing import listed
from anmin.people.policy import Capability, capability_table
from anmin.places.queries import area_by_code, area_names
from anmin.watch import actions, queries
from anmin.watch.actions import Case
from anmin.watch.cases import GROUNDS, STATES, case_of
from anmin.watch.evidence import gathered
from anmin.watch.policy import may_decide, may_propose

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from anmin.people.models import Account
    from anmin.watch.models import Candidate
    from anmin.watch.queries import Story

TONES = {"suggested": "open", "proposed": "waiting", "kept": "done", "dismissed": "declined"}


pages = Pages(Capability.VIEW_WATCH)


@pages.at("candidates/", "candidates")
def candidates(request: DeskRequest) -> HttpResponse:
    """Those that wait, or those decided."""
    decided = request.GET.get("view") == "decided"
    context = {
        "rows": queries.candidates(request.user, waiting=not decided),
        "decided": decided,
        "exports": file_links(request, "candidates_file"),
        "views": choices(
            {"": _("Waiting"), "decided": _("Decided")},
            "decided" if decided else "",
            lambda view: address("candidates", view=view),
        ),
    }
    return show(request, "watch/candidates/list.html", context)


@pages.at("candidates/<int:pk>/", "candidate")
def candidate(request: DeskRequest, pk: int) -> HttpResponse:
    """One candidate: its evidence, what it does not show, its steps, and the next one."""
    story = queries.candidate(request.user, pk)
    form = ReasonForm(initial={"version": story.candidate.version})
    if request.method == "POST":
        form = ReasonForm(request.POST)
        # Where this is no step for this person now, the action says why.
        take = STEPS.get(request.POST.get("do", ""), STEPS["keep"])[0]
        if form.does(
            lambda given: take(
                account=request.user,
                candidate_id=pk,
                version=given["version"] or 0,
                reason=given["reason"],
            ),
            lets_pass=True,
        ):
            return done(request, _("Written down."), "desk:candidate", pk)
        story = queries.candidate(request.user, pk)
    context = _shown(request.user, story, form)
    return show(request, "watch/candidates/one.html", context, status=form.status)


STEPS: dict[str, tuple[Callable[..., object], StrOrPromise, str]] = {
    "confirm": (actions.confirm, gettext_lazy("Propose this place"), "btn-primary"),
    "set_aside": (actions.set_aside, gettext_lazy("Do not propose"), "btn"),
    "keep": (partial(actions.decide, keep=True), gettext_lazy("Keep for listing"), "btn-primary"),
    "dismiss": (partial(actions.decide, keep=False), gettext_lazy("Dismiss"), "btn"),
}
"""What takes each step, what it is called, and how its button looks."""


def _steps(account: Account, found: Candidate) -> tuple[str, ...]:
    """The steps that this person may take now."""
    if found.state == "suggested" and may_propose(account):
        return "confirm", "set_aside"
    return ("keep", "dismiss") if may_decide(account, found) else ()


def _shown(account: Account, story: Story, form: ReasonForm) -> dict[str, Any]:
    found = story.candidate
    return {
        "candidate": found,
        "state": (STATES[found.state], TONES[found.state]),
        "ground": GROUNDS[found.ground],
        "evidence": in_words(found.evidence),
        "intact": story.intact,
        "digest": found.digest[:16],
        "events": _events(story),
        "form": form,
        "offers": [
            {"code": name, "label": STEPS[name][1], "look": STEPS[name][2]}
            for name in _steps(account, found)
        ],
        "waits_for": _waits_for(found),
        "goes_on": _goes_on(account, story),
        "own": found.state == "proposed" and found.proposed_by_id == account.pk,
    }


def _goes_on(account: Account, story: Story) -> str:
    """Where who may opens the listing of a place that was kept, with what is known of it."""
    found = story.candidate
    kind = next((one for one in openable_kinds(account) if one.lists), None)
    if kind is None or found.state != "kept":
        return ""
    reasons = [step.reason for step in story.steps if step.reason]
    known = {"kind": kind.code, "area": found.area.code, "d_ground": found.ground}
    return address("matter_new", **known, d_case=" ".join(reasons)[:2000])


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
    form = ProposeForm(places=places, initial={"area": case.area.code})
    if request.method == "POST":
        form = ProposeForm(request.POST, places=places)
        about = (case.ground, case.about, case.scan, case.cluster)
        if form.does(
            lambda given: actions.propose(
                account=request.user,
                case=Case(area_by_code(given["area"]), *about),
                reason=given["reason"],
            )
        ):
            told = _("Proposed. Another person decides.")
            return done(request, told, "desk:candidate", form.made.pk)
    evidence = gathered(case.area, scan=case.scan, cluster=case.cluster)
    context = {
        "form": form,
        "ground": GROUNDS[case.ground],
        "evidence": in_words(evidence),
        "waiting": waiting,
        "back_url": reverse("desk:watch"),
        "level": watching.level_percent(),
    }
    return show(request, "watch/candidates/new.html", context, status=form.status)


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
