"""All that a body outside the police sees: what it owes, and each order with its steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.bodies.order_page import facts_for_body, steps_for_body, told_to_body
from anmin.desk.bodies.rows import split
from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sending import Out
from anmin.desk.shell.uploads import give_out, give_small, take_in, upload_form
from anmin.faces.dues import due_lines
from anmin.faces.forms import step_form
from anmin.files.queries import largest
from anmin.kernel.errors import NotFound
from anmin.matters import actions, queries
from anmin.matters.actor import Actor
from anmin.matters.attachments import LABEL, files_with_parts
from anmin.matters.conflict import one_look
from anmin.matters.owed import asked_of, ended_lately, owed_by
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.faces.forms import ActForm
    from anmin.matters.models import Matter

pages = Pages(Capability.WORK_ORDERS)


@pages.read("owed/", "owed")
def owed(request: DeskRequest) -> HttpResponse:
    """What the own body owes, what is due first on top; what waits for whoever asked; what ended."""
    found = owed_by(request.user)
    return show(
        request,
        "bodies/owed.html",
        {**split(found), "ended": ended_lately(request.user), "body": request.user.unit},
    )


@pages.read("owed/<str:number>/", "owed_order")
def order(request: DeskRequest, number: str) -> HttpResponse:
    """The page of one order."""
    return _page(request, number)


@pages.post("owed/<str:number>/step/<slug:code>/", "owed_step")
def step(request: DeskRequest, number: str, code: str) -> HttpResponse:
    """Take one step of the order."""
    found = queries.find_matter(request.user, number)
    edge = found.type.flow.move(code)
    if edge is None:
        raise NotFound(_("There is no such step."))
    form = step_form(found.kind, code)(request.POST, auto_id=f"{code}-%s")

    def act(given: dict[str, Any]) -> Matter:
        return actions.move(
            matter_id=found.pk,
            code=code,
            actor=Actor.of(request.user),
            version=given["version"],
            note=given.get("note", ""),
            inputs=form.inputs(),
            key=given["key"],
        )

    if form.does(act):
        return done(request, _("Done: %(step)s.") % {"step": edge.label}, "desk:owed_order", number)
    return _page(request, number, bound=form, code=code, status=form.status)


@pages.post("owed/<str:number>/files/", "owed_files", receives=largest)
def add_file(request: DeskRequest, number: str) -> HttpResponse:
    """A photo or a paper to the order."""
    return take_in(
        request,
        LABEL,
        number,
        then="desk:owed_order",
        again=lambda problem, status: _page(request, number, problem=problem, status=status),
    )


@pages.read("owed/<str:number>/files/<int:file_id>/", "owed_file")
def one_file(request: DeskRequest, number: str, file_id: int) -> Out:
    """One file, to be saved; who took it is on record."""
    return give_out(request, LABEL, number, file_id)


@pages.read("owed/<str:number>/files/<int:file_id>/small/", "owed_file_small")
def small(request: DeskRequest, number: str, file_id: int) -> Out:
    """The small picture of a file."""
    return give_small(request, LABEL, number, file_id)


@one_look()
def _page(
    request: DeskRequest,
    number: str,
    *,
    bound: ActForm | None = None,
    code: str = "",
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one order, with one form as it was sent, or what is wrong with a file."""
    view = queries.matter_view(request.user, number)
    conflict = bound is not None and bound.conflict
    if bound is not None and conflict:
        bound.data = bound.retyped(version=view.matter.version)
    steps = steps_for_body(view, bound, code)
    context = {
        "order": view.matter,
        "facts": facts_for_body(view),
        "asker": asked_of(view.matter),
        "dues": [one for one in due_lines(view.matter, view.deadlines) if one.met_at is None],
        "events": [event for _entry, event in told_to_body(view)],
        "moves": [one for one in steps if not one.asks],
        "forms": [one for one in steps if one.asks],
        "failed": bound if bound is not None and bound.errors else None,
        "conflict": conflict,
        "files": files_with_parts(request.user, view.matter),
        **upload_form(request, LABEL, number, problem=problem),
    }
    return show(request, "bodies/order.html", context, status=status)


urlpatterns = pages.addresses
