"""The register of property: its list, one thing with its story, and every step with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from anmin.desk.property import forms, steps
from anmin.desk.property.story import events_of, facts_of
from anmin.desk.shell.page import DeskRequest, Pages, address, choices, done, show
from anmin.desk.shell.uploads import take_in, upload_form
from anmin.files.queries import files_of, largest
from anmin.kernel.errors import NotFound, Refusal
from anmin.matters.queries import find_matter
from anmin.people.policy import Capability, can
from anmin.property import actions, decisions, owner_secrets, queries, words
from anmin.property.attachments import LABEL
from anmin.property.queries import Wanted, item_view
from anmin.property.register import PROPERTY

if TYPE_CHECKING:
    from anmin.faces.forms import ActForm
    from anmin.property.queries import View

pages = Pages(Capability.VIEW_PROPERTY)


@pages.read("property/", "property")
def items(request: DeskRequest) -> HttpResponse:
    """The register, narrowed as asked, the newest first."""
    asked = request.GET
    view = asked.get("view", "")
    wanted = Wanted(
        view if view in queries.VIEWS else "",
        asked.get("sort", ""),
        asked.get("procedure", ""),
        asked.get("q", "")[:80],
        asked.get("after", ""),
    )
    found = queries.items(request.user, wanted)
    kept = {"sort": wanted.sort, "procedure": wanted.procedure, "q": wanted.words}
    labels = {
        "": _("In our hands"),
        "take_in": _("To be taken in"),
        "late": _("Late into the store"),
        "decide": _("Waiting for my word"),
        "over": _("Waited for long enough"),
        "ended": _("Gone"),
        "all": _("All"),
    }
    if not can(request.user, Capability.DECIDE_PROPERTY):
        del labels["decide"]
    older = address("property", view=wanted.view, after=found.older, **kept) if found.older else ""
    newest = address("property", view=wanted.view, **kept) if wanted.after else ""
    context = {
        "rows": found.rows,
        "older": older,
        "newest": newest,
        "wanted": wanted,
        "views": choices(labels, wanted.view, lambda code: address("property", view=code, **kept)),
        "sorts": forms.chosen(words.sorts(), str(_("all classes"))),
        "procedures": forms.chosen(words.procedures(), str(_("all cases"))),
        "narrowed": any(kept.values()),
        "may_enter": can(request.user, Capability.ENTER_PROPERTY),
        "may_name": can(request.user, Capability.NAME_KEEPERS),
    }
    return show(request, "property/list.html", context)


@pages.at("property/new/", "property_new", Capability.ENTER_PROPERTY)
def new(request: DeskRequest) -> HttpResponse:
    """Enter a thing that was seized."""
    officers = queries.officers_for(request.user)
    form = forms.EntryForm(officers=officers, initial={"investigator": request.user.username})
    if request.method == "POST":
        form = forms.EntryForm(request.POST, officers=officers)
        if form.does(lambda given: _enter(request, form, given)):
            told = _("Entered. Hand it over to the keeper in time, and add a photo.")
            return done(request, told, "desk:property_item", form.made.number)
    return show(request, "property/new.html", {"form": form}, status=form.status)


def _enter(request: DeskRequest, form: forms.EntryForm, given: dict[str, Any]) -> Any:
    by, number = request.user, given["matter"].strip()
    officers = {one.username: one for one in queries.officers_for(by)}
    if by.unit is None:
        raise Refusal(_("Whoever enters property works in a unit."))
    try:
        matter = find_matter(by, number) if number else None
    except NotFound as refusal:
        raise Refusal(str(refusal), field="matter") from None
    found = actions.Found(
        form.facts(),
        by.unit,
        officers[given["investigator"]],
        given["seized_at"],
        given["area"] or (matter.area if matter else None),
        matter,
        given["note"],
    )
    return actions.enter(found, by=by, key=given["key"])


@pages.read("property/<str:number>/", "property_item")
def item(request: DeskRequest, number: str) -> HttpResponse:
    """One thing: what is known of it, who has it, what can be done, its story."""
    return page_of(request, number)


@pages.post("property/<str:number>/step/<slug:code>/", "property_step")
def step(request: DeskRequest, number: str, code: str) -> HttpResponse:
    """Take one step with a thing."""
    view = item_view(request.user, number)
    label = PROPERTY.step(code).label
    form = steps.form_for(view, code)(request.POST, auto_id=f"{code}-%s")
    if form.does(
        lambda given: actions.take_step(
            item_id=view.item.pk,
            code=code,
            by=request.user,
            version=given["version"] or 0,
            key=given["key"],
            taken=steps.taken(code, form, view),
        ),
        lets_pass=True,
    ):
        return done(request, _("Done: %(step)s.") % {"step": label}, "desk:property_item", number)
    return page_of(request, number, bound=form, code=code)


@pages.post("property/<str:number>/ask/", "property_ask", Capability.ENTER_PROPERTY)
def ask(request: DeskRequest, number: str) -> HttpResponse:
    """Ask for what needs another person's word."""
    view = item_view(request.user, number)
    form = forms.AskForm(request.POST, sorts=steps.sorts(view), grounds=steps.grounds(view))
    if form.does(
        lambda given: decisions.ask(
            item_id=view.item.pk,
            sort=given["sort"],
            by=request.user,
            reason=given["reason"],
            key=given["key"],
            ground=given["ground"],
        ),
        lets_pass=True,
    ):
        return done(request, _("Asked. Another person decides."), "desk:property_item", number)
    return page_of(request, number, bound=form, code="ask")


@pages.post("property/<str:number>/decide/", "property_decide", Capability.DECIDE_PROPERTY)
def decide(request: DeskRequest, number: str) -> HttpResponse:
    """Answer the request that waits."""
    view = item_view(request.user, number)
    form = forms.DecideForm(request.POST)
    if view.waiting is None:
        raise NotFound(_("There is no such request."))
    asked = view.waiting.pk
    if form.does(
        lambda given: decisions.decide(
            decision_id=asked,
            by=request.user,
            agree=request.POST.get("do") == "agree",
            answer=given["answer"],
        ),
        lets_pass=True,
    ):
        return done(request, _("Written down."), "desk:property_item", number)
    return page_of(request, number, bound=form, code="decide")


@pages.post("property/<str:number>/owner/", "property_secret", Capability.ENTER_PROPERTY)
def secret(request: DeskRequest, number: str) -> HttpResponse:
    """Keep a question that only the owner can answer."""
    view = item_view(request.user, number)
    form = forms.SecretForm(request.POST, auto_id="secret-%s")
    if form.does(
        lambda given: owner_secrets.add_secret(
            item_id=view.item.pk,
            by=request.user,
            question=given["question"],
            answer=given["answer"],
        ),
        lets_pass=True,
    ):
        return done(request, _("Kept encrypted."), "desk:property_item", number)
    return page_of(request, number, bound=form, code="secret")


@pages.post("property/<str:number>/owner/open/", "property_secrets")
def secrets(request: DeskRequest, number: str) -> HttpResponse:
    """Open the questions with their answers; who did, and why, is on record."""
    view = item_view(request.user, number)
    form = forms.OpenForm(request.POST, auto_id="open-%s")
    if form.does(
        lambda given: owner_secrets.open_secrets(
            item_id=view.item.pk, by=request.user, reason=given["reason"]
        ),
        lets_pass=True,
    ):
        return page_of(request, number, opened=form.made)
    return page_of(request, number, bound=form, code="open")


@pages.post("property/<str:number>/files/", "property_files", receives=largest)
def add_file(request: DeskRequest, number: str) -> HttpResponse:
    """A photo or a paper of a thing."""
    return take_in(
        request,
        LABEL,
        number,
        then="desk:property_item",
        again=lambda problem, status: page_of(request, number, problem=problem, status=status),
    )


def page_of(
    request: DeskRequest,
    number: str,
    *,
    bound: ActForm | None = None,
    code: str = "",
    problem: str = "",
    status: int = 0,
    opened: Any = None,
) -> HttpResponse:
    """The page of a thing, with one form as it was sent."""
    view = item_view(request.user, number)
    if bound is not None and bound.conflict:
        bound.data = bound.retyped(version=view.item.version)
    context = {
        "view": view,
        "item": view.item,
        "holder": view.called.get(str(view.holder), "") if view.holder else "",
        "state": (view.item.standing.label, view.item.standing.tone),
        "facts": facts_of(view),
        "events": events_of(view),
        "offers": steps.offers(view, bound, code),
        "late": view.custody.late(),
        "over": view.over,
        "title_words": steps.title_words(view),
        "failed": bound if bound is not None and bound.errors else None,
        "files": files_of(request.user, LABEL, number),
        "opened": opened,
        **_forms(view, bound, code),
        **upload_form(request, LABEL, number, problem=problem),
    }
    status = status or (bound.status if bound is not None else 200)
    return show(request, "property/item.html", context, status=status)


def _forms(view: View, bound: ActForm | None, code: str) -> dict[str, Any]:
    """The forms beside the steps: as they were sent, or empty."""
    live = view.may_work and view.item.standing.live
    asks = forms.AskForm(auto_id="ask-%s", sorts=steps.sorts(view), grounds=steps.grounds(view))
    made: dict[str, ActForm | None] = {
        "ask": asks if view.sorts else None,
        "decide": forms.DecideForm(auto_id="decide-%s") if view.to_decide else None,
        "secret": forms.SecretForm(auto_id="secret-%s") if live else None,
        "open": forms.OpenForm(auto_id="open-%s")
        if view.may_open_secrets and view.secrets
        else None,
    }
    return {
        f"{name}_form": bound if bound is not None and name == code else empty
        for name, empty in made.items()
    }


urlpatterns = pages.addresses
