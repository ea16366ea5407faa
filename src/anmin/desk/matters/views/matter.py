"""One matter: its facts and its story, and everything that can be done with it from here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from anmin.callbacks.resting import has_callbacks
from anmin.callbacks.wanted import unwanted
from anmin.desk.matters.forms import AssignForm, CorrectForm, NoteForm, RevealForm, correct_form
from anmin.desk.matters.matter_page import (
    facts_of,
    in_the_order_shown,
    next_by,
    orders_of,
    seen_or,
    step_of,
    titles_of,
    written,
)
from anmin.desk.matters.views.demands import demands_of
from anmin.desk.matters.views.parties import parties_of
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sheets import FilledForm, boxes, empty_boxes, sheet
from anmin.faces.answers import answers_for
from anmin.faces.forms import ActForm, StepForm, step_form
from anmin.faces.story import Names, story
from anmin.kernel.errors import NotAllowed, NotFound, Refusal
from anmin.kernel.incoming import key_of
from anmin.matters import actions, approvals, correcting, merging, queries
from anmin.matters.actor import Actor
from anmin.matters.conflict import one_look
from anmin.matters.contacts import later_contacts
from anmin.matters.holding import hold_of
from anmin.matters.reactions import ask_citizen
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from django.forms import Form

    from anmin.matters.flow import Move
    from anmin.matters.models import Matter
    from anmin.people.models import Account


type Given = dict[str, Any]
"""What a form was sent with."""

pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/<str:number>/", "matter")
def matter(request: DeskRequest, number: str) -> HttpResponse:
    """The page of one matter."""
    return _page(request, number)


@pages.post("matters/<str:number>/step/<slug:code>/", "matter_step")
def step(request: DeskRequest, number: str, code: str) -> HttpResponse:
    """Take one step of the flow, or put a ready text into its form."""
    found = queries.find_matter(request.user, number)
    edge = found.type.flow.move(code)
    if edge is None:
        raise NotFound(_("There is no such step."))
    form = step_form(found.kind, code)(request.POST, auto_id=f"{code}-%s")
    if wanted := request.POST.get("insert"):
        return _page(request, number, bound=_inserted(found, edge, form, wanted), name=code)
    return _stepped(request, found, edge, form)


def _stepped(request: DeskRequest, found: Matter, edge: Move, form: StepForm) -> HttpResponse:
    """Ask for the step, ask the citizen, or do it: as the kind declares."""

    def act(given: Given, **who: Any) -> Matter:
        who |= {"code": edge.code, "version": given["version"]}
        if edge.approval:
            return approvals.ask(reason=given["note"], inputs=form.inputs(), **who).matter
        if edge.asks:
            return ask_citizen(question=given["question"], **who)
        return actions.move(note=given.get("note", ""), inputs=form.inputs(), **who)

    told = _("Done: %(step)s.") % {"step": edge.label}
    if edge.approval:
        told = _("Requested: waiting for approval.")
    elif edge.asks:
        told = _("The question is on its way to the citizen.")
    return _act(request, found, form, edge.code, act, told)


@pages.post("matters/<str:number>/assign/", "matter_assign")
def assign(request: DeskRequest, number: str) -> HttpResponse:
    """Hand the matter to a person or a unit."""
    form = AssignForm(request.POST, account=request.user, auto_id="assign-%s")

    def act(given: Given, **who: Any) -> Matter:
        target = form.target()
        return actions.assign(version=given["version"], note=given["note"], **target, **who)

    found = queries.find_matter(request.user, number)
    return _act(request, found, form, "assign", act, _("Handed over."))


@pages.post("matters/<str:number>/note/", "matter_note")
def note(request: DeskRequest, number: str) -> HttpResponse:
    """Write into the timeline."""

    def act(given: Given, **who: Any) -> Matter:
        return actions.add_note(text=given["note"], public=given["public"], **who)

    found = queries.find_matter(request.user, number)
    form = NoteForm(request.POST, auto_id="note-%s")
    return _act(request, found, form, "note", act, _("Your note is in the timeline."))


@pages.post("matters/<str:number>/correct/", "matter_correct")
def correct(request: DeskRequest, number: str) -> HttpResponse:
    """Put right what was written down wrongly, with the reason."""
    found = queries.find_matter(request.user, number)
    form = _correct_form(request.user, found)(request.POST, auto_id="correct-%s")

    def act(given: Given, **who: Any) -> Matter:
        who |= {"reason": given["note"], "version": given["version"]}
        return correcting.correct(right=form.right(), planned=has_callbacks, **who)

    told = _("Corrected. The previous value stays in the history.")
    return _act(request, found, form, "correct", act, told)


def _correct_form(account: Account, found: Matter) -> type[CorrectForm]:
    return correct_form(
        found.kind,
        category=correcting.may_correct_category(account),
        contact=correcting.may_correct_contact(account, found),
        summary=correcting.may_correct_summary(found),
    )


@pages.post("matters/<str:number>/reveal/", "matter_reveal")
def reveal(request: DeskRequest, number: str) -> HttpResponse:
    """Show the contact once, to whoever says why; it is in no address and in no cache."""
    found = queries.find_matter(request.user, number)
    form = RevealForm(request.POST, auto_id="reveal-%s")
    if form.is_valid():
        try:
            contact = actions.reveal_contact(
                matter=found, actor=Actor.of(request.user), reason=form.cleaned_data["reason"]
            )
        except NotAllowed:
            raise
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            later = later_contacts(found.pk, number=found.number)
            shown = {"contact": contact, "later": later, "revealed": True}
            shown |= {"unwanted": unwanted(found)}
            if request.htmx:
                return render(request, "desk/matters/contact.html", shown)
            return _page(request, number, extra=shown)
    if request.htmx:
        context = {
            "reveal_boxes": boxes(form),
            "failed_reveal": True,
            "matter": found,
            "contact": queries.matter_view(request.user, number).masked,
        }
        return render(request, "desk/matters/contact.html", context, status=422)
    refused = {"reveal_boxes": boxes(form), "failed_reveal": True}
    return _page(request, number, extra=refused, status=422)


def _act(
    request: DeskRequest,
    found: Matter,
    form: ActForm,
    name: str,
    act: Callable[..., Matter],
    told: str,
) -> HttpResponse:
    """Ask an action for what the form says: on success go on, else show why not and keep all."""
    who = {"matter_id": found.pk, "actor": Actor.of(request.user)}
    if form.does(lambda given: act(given, key=given["key"], **who)):
        return done(request, told, *seen_or(request.user, form.made))
    return _page(request, found.number, bound=form, name=name, status=form.status)


@one_look()
def _page(
    request: DeskRequest,
    number: str,
    *,
    bound: ActForm | None = None,
    name: str = "",
    extra: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page, with one form as it was sent (``bound``, of the step or action ``name``)."""
    view = queries.matter_view(request.user, number)
    names, orders = Names.of(view), orders_of(view.matter, request.user)
    facts = facts_of(view, names, request.user)
    titles = titles_of(facts["links"], orders)
    events = story(view, names, with_names=view.may_note, titles=titles)
    demands = demands_of(view, request.user)
    told_above = [*demands["demands"], demands["demand_about"]]
    since: list[Any] = []
    if bound is not None and bound.conflict:
        seen = _version(bound)
        since = events[seen:]
        bound.data = bound.retyped(version=view.matter.version)
    waiting = approvals.waiting_about(view.matter)
    # What waits for an answer is not asked for again; what was typed for it stays.
    asked = {one.step for one in waiting} - {name}
    steps = [
        step_of(view, names, move, n, bound if move.code == name else None)
        for n, move in enumerate(
            in_the_order_shown(
                one for one in view.moves if one.approval is None or one.code not in asked
            ),
            1,
        )
    ]
    placed = (
        not bound or name in ("assign", "note", "correct") or any(one.sheet.opened for one in steps)
    )
    return show(
        request,
        "matters/matter.html",
        {
            **facts,
            "links": [one for one in facts["links"] if one[1] not in told_above],
            "view": view,
            "matter": view.matter,
            "events": events,
            "since": since,
            "conflict": bound is not None and bound.conflict,
            "orphan": None if placed else bound,
            "typed_in": _first_box(bound) if bound else "",
            # Without anything to fill in one press is enough.
            "moves": [one for one in steps if not one.asks],
            "forms": [one for one in steps if one.asks],
            "failed": bound if bound is not None and bound.errors else None,
            **_sheets(request, view.matter, bound, name),
            "reveal_boxes": empty_boxes(RevealForm, "reveal"),
            "contact": view.masked,
            "requests": approvals.shown(waiting, request.user),
            "next_by": next_by(view, request.user),
            "relations": merging.RELATIONS.items(),
            **parties_of(request.user, view.matter),
            "may_merge": merging.may_merge(request.user, view.matter),
            "orders": orders,
            **demands,
            **dict(zip(("may_hold", "hold"), hold_of(request.user, view.matter), strict=True)),
            **(extra or {}),
        },
        status=status,
    )


def _sheets(
    request: DeskRequest, matter: Matter, bound: ActForm | None, name: str
) -> dict[str, FilledForm]:
    """The forms that stand on every matter's page, one of them perhaps as it was sent."""
    forms: dict[str, type[ActForm]] = {
        "assign": AssignForm,
        "note": NoteForm,
        "correct": _correct_form(request.user, matter),
    }
    return {
        one: sheet(form, one, version=matter.version, bound=bound if name == one else None)
        for one, form in forms.items()
    }


def _inserted(matter: Matter, edge: Move, form: StepForm, wanted: str) -> StepForm:
    """The form once more, with a ready text added to what was typed (the way without script)."""
    for field in (*edge.needs, *edge.takes):
        for answer in answers_for(matter.kind, field, matter.category):
            if answer.key == wanted:
                typed_so_far = form.data.get(field, "").strip()
                unit = matter.unit.label if matter.unit else ""
                text = "\n".join(filter(None, (typed_so_far, written(answer, matter, unit))))
                form.data = form.retyped(**{field: text})
    form.is_bound = False
    form.initial = {name: form.data.get(name) for name in form.fields}
    return form


def _first_box(form: Form) -> str:
    return next((box.id_for_label for box in form.visible_fields()), "")


def _version(form: Form) -> int:
    return key_of(str(form.data.get("version", ""))) or 0


urlpatterns = pages.addresses
