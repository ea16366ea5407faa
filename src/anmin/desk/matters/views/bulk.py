"""The same for several matters at once: each on its own, and those refused are handed back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.matters.forms import AssignForm
from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.faces.forms import ActForm, StepForm, step_form
from anmin.faces.rows import lines
from anmin.kernel.errors import NotFound
from anmin.kernel.incoming import key_of
from anmin.matters import each, policy, queries, taking_back
from anmin.matters.actor import Actor
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from anmin.matters.flow import Move
    from anmin.matters.models import Matter


@dataclass(frozen=True, slots=True)
class Offer:
    """One step that some of the chosen matters can take."""

    code: str
    key: str
    move: Move
    kind: Any
    fits: int
    form: ActForm


Do = Callable[[], list[tuple[int, str]]]


pages = Pages(Capability.VIEW_MATTERS)


@pages.at("matters/bulk/", "matters_bulk")
def matters_bulk(request: DeskRequest) -> HttpResponse:
    """What can be done with the chosen matters; POST does it and says what became of each."""
    if request.method == "POST" and request.POST.get("do") == "undo":
        return _undo(request)
    chosen = _chosen(request)
    if request.method != "POST":
        return _choose(request, chosen)
    form, do = _asked(request, chosen)
    if not form.is_valid():
        return _choose(request, chosen, form, request.POST.get("do", ""), status=422)
    refused = dict(do())
    numbers = {matter.pk: matter for matter in chosen}
    told = [(numbers[pk].number, numbers[pk].headline, why) for pk, why in refused.items()]
    key = str(form.cleaned_data["key"])
    return show(
        request,
        "matters/bulk_done.html",
        {
            "done": len(chosen) - len(refused),
            "refused": told,
            "key": key,
            "undo": taking_back.standing(request.user, key),
        },
    )


def _undo(request: DeskRequest) -> HttpResponse:
    """Bring the matters back to where they were; those that stay as they are, and why."""
    key = request.POST.get("key", "")[:64]
    done, refused = taking_back.take_back_many(account=request.user, key=key)
    return show(request, "matters/bulk_done.html", {"undone": done, "refused": refused})


def _chosen(request: DeskRequest) -> list[Matter]:
    """The chosen matters that this person may see, at most one page of a list."""
    given = request.POST if request.method == "POST" else request.GET
    ids = [key for text in given.getlist("matter") if (key := key_of(text))][: queries.PAGE]
    found = queries.matters_for(request.user).filter(pk__in=ids)
    return list(found.order_by("due_at", "pk"))


def _asked(request: DeskRequest, chosen: list[Matter]) -> tuple[ActForm, Do]:
    """The form that was sent, and what to do once it is valid."""
    ids = [matter.pk for matter in chosen]
    actor = Actor.of(request.user)
    what = request.POST.get("do", "")
    if what == "assign":
        hand = AssignForm(request.POST, account=request.user, auto_id="assign-%s")
        return hand, lambda: each.assign_many(
            matter_ids=ids,
            actor=actor,
            note=hand.cleaned_data["note"],
            key=hand.cleaned_data["key"],
            **hand.target(),
        )
    kind, _dot, code = what.partition(".")
    matter = next((one for one in chosen if one.kind == kind), None)
    edge = matter.type.flow.move(code) if matter else None
    if edge is None or edge.asks or edge.approval:
        raise NotFound(_("There is no such step."))
    step = step_form(kind, code)(request.POST, auto_id=f"{kind}-{code}-%s")
    return step, lambda: _move(ids, code, actor, step)


def _move(ids: list[int], code: str, actor: Actor, step: StepForm) -> list[tuple[int, str]]:
    return each.move_many(
        matter_ids=ids,
        code=code,
        actor=actor,
        note=step.cleaned_data.get("note", ""),
        inputs=step.inputs(),
        key=step.cleaned_data["key"],
    )


def _choose(
    request: DeskRequest,
    chosen: list[Matter],
    bound: ActForm | None = None,
    name: str = "",
    status: int = 200,
) -> HttpResponse:
    account = request.user
    may_assign = any(policy.may_assign(account, matter) for matter in chosen)
    return show(
        request,
        "matters/bulk.html",
        {
            "chosen": chosen,
            "lines": lines(chosen, request.user, page="desk:matter"),
            "offers": _offers(request, chosen, bound, name),
            "failed": name,
            "assign": bound
            if name == "assign"
            else AssignForm(account=account, auto_id="assign-%s"),
            "may_assign": may_assign,
        },
        status=status,
    )


def _offers(
    request: DeskRequest, chosen: list[Matter], bound: ActForm | None, name: str
) -> list[Offer]:
    found: dict[str, tuple[Move, Any, int]] = {}
    for matter in chosen:
        for move in policy.moves_for(request.user, matter):
            # A question to a citizen, and one to a second person, is about one matter.
            if not (move.asks or move.approval):
                code = f"{matter.kind}.{move.code}"
                fits = found[code][2] if code in found else 0
                found[code] = (move, matter.type, fits + 1)
    return [
        Offer(
            code,
            str(place),
            move,
            kind,
            fits,
            bound
            if bound is not None and name == code
            else step_form(kind.code, move.code)(auto_id=f"{kind.code}-{move.code}-%s"),
        )
        for place, (code, (move, kind, fits)) in enumerate(found.items(), 1)
    ]


urlpatterns = pages.addresses
