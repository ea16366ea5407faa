"""One publication: its standing and history, its draft, a text to review, the decisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.publishing.forms import (
    ApproveForm,
    ClippingForm,
    PlanForm,
    ReasonForm,
    TextForm,
    WithdrawForm,
)
from anmin.desk.publishing.sheet import blocks, events, hidings
from anmin.desk.publishing.words import TONES
from anmin.desk.shell.page import DeskRequest, Pages, address, done, show
from anmin.files.queries import may_see
from anmin.kernel.errors import NotFound
from anmin.people.policy import Capability, can
from anmin.publishing import actions, policy, queries
from anmin.publishing.photos import ORIGINAL

if TYPE_CHECKING:
    from anmin.faces.forms import ActForm
    from anmin.publishing.models import Publication

pages = Pages(Capability.VIEW_PUBLICATIONS)
drafting = pages.of(Capability.VIEW_PUBLICATIONS, Capability.DRAFT_PUBLICATIONS)


@pages.read("publishing/<int:publication_id>/", "publication")
def publication(request: DeskRequest, publication_id: int) -> HttpResponse:
    """Where it stands, what was done, its channels and clippings."""
    return _page(request, publication_id)


def _page(
    request: DeskRequest, publication_id: int, *, status: int = 200, **bound: Any
) -> HttpResponse:
    account = request.user
    row = queries.publication(account, publication_id)
    live = row.standing == "live"
    forms = {
        "withdraw": WithdrawForm(initial={"version": row.version}),
        "clipping": ClippingForm(),
        "plan": PlanForm(initial={"version": row.version, "on": row.planned_on}),
    }
    context = {
        "row": row,
        "badges": TONES[(row.standing, row.work)],
        "sheet": queries.sheet(account, row) if row.work != "none" else None,
        "events": events(queries.steps(account, row)),
        "editions": queries.editions(account, row),
        "clippings": queries.clippings(account, row),
        "writes": policy.may_write(account, row),
        "reviews": policy.may_review(account, row),
        "ends": policy.may_end(account, row),
        "live": live,
        "clips": live and bool(_held(request) & {"draft", "approve"}),
        **_shown(row, account),
        **forms,
        **bound,
    }
    return show(request, "publishing/one.html", context, status=status)


def _shown(row: Publication, account: Any) -> dict[str, Any]:
    """The title of what is public, or of what is in hand."""
    title = next((one.title for one in queries.lines_of(account, [row])), "")
    return {"title": title}


def _held(request: DeskRequest) -> set[str]:
    named = {"draft": Capability.DRAFT_PUBLICATIONS, "approve": Capability.APPROVE_PUBLICATIONS}
    return {name for name, one in named.items() if can(request.user, one)}


@pages.read("publishing/<int:publication_id>/texts/<int:seq>/", "publication_text")
def text(request: DeskRequest, publication_id: int, seq: int) -> HttpResponse:
    """One version with all that is hidden in its place; the newest is reviewed here."""
    return _text(request, publication_id, seq)


def _text(
    request: DeskRequest,
    publication_id: int,
    seq: int,
    *,
    failed: ActForm | None = None,
    status: int = 200,
) -> HttpResponse:
    account = request.user
    row = queries.publication(account, publication_id)
    sheet = queries.sheet(account, row, seq)
    newest = seq == row.newest
    submitted = newest and row.work == "submitted"
    reviews = submitted and policy.may_review(account, row)
    capable = can(account, Capability.APPROVE_PUBLICATIONS)
    context = {
        "row": row,
        "sheet": sheet,
        "blocks": blocks(sheet),
        "hidings": hidings(sheet),
        "newest": newest,
        "pairs": sheet.text.photos,
        "sees_originals": may_see(account, ORIGINAL, str(row.pk)),
        "submitted": submitted,
        "reviews": reviews,
        "why_not": policy.why_not_review(account, row) if submitted and capable else "",
        "signed": policy.signer_of(row) if row.of.sign_off else None,
        "signs": reviews and row.of.sign_off and can(account, Capability.SIGN_PUBLICATIONS),
        "lifts": newest and row.work == "draft" and policy.may_write(account, row),
        "form": failed or ReasonForm(initial={"version": row.version}),
        "failed": failed,
        "url": address("publication_do", publication_id, "x").removesuffix("x/"),
    }
    return show(request, "publishing/text.html", context, status=status)


@drafting.at("publishing/<int:publication_id>/draft/", "publication_draft")
def draft(request: DeskRequest, publication_id: int) -> HttpResponse:
    """The text as a form; saving it makes a version of its own."""
    row = queries.publication(request.user, publication_id)
    sheet = queries.sheet(request.user, row)
    if request.method == "POST":
        form = TextForm(request.POST)
        if form.does(
            lambda given: actions.revise(
                publication_id=row.pk,
                written=form.written(),
                by=request.user,
                version=given["version"],
                form_key=given["key"],
            )
        ):
            told = _("Saved as a version of its own. Look at what is hidden, then give it on.")
            return done(request, told, "desk:publication_text", row.pk, form.made.newest)
    else:
        form = TextForm.of(
            sheet.text,
            row.version,
            queries.begun(request.user, row),
            anew=row.work == "none",
        )
    context = {"row": row, "form": form, "sheet": sheet, "live": row.standing == "live"}
    return show(request, "publishing/draft.html", context, status=form.status)


@pages.post("publishing/<int:publication_id>/do/<slug:code>/", "publication_do")
def act(request: DeskRequest, publication_id: int, code: str) -> HttpResponse:
    """Take one step."""
    step = STEPS.get(code)
    if step is None:
        raise NotFound(_("There is no such step."))
    make, take, told, back = step
    form = make(request.POST)
    if form.does(lambda given: take(_same(request, publication_id, given), given)):
        if back == "text":
            row = form.made
            return done(request, str(told), "desk:publication_text", publication_id, row.newest)
        return done(request, str(told), "desk:publication", publication_id)
    row = queries.publication(request.user, publication_id)
    if back == "text" or code in ("submit", "take_back", "refuse", "approve"):
        return _text(request, publication_id, row.newest, failed=form, status=form.status)
    name = "withdraw" if code == "withdraw" else "clipping" if code == "clip" else "plan"
    return _page(request, publication_id, status=form.status, failed=form, **{name: form})


def _same(request: DeskRequest, publication_id: int, given: Mapping[str, Any]) -> dict[str, Any]:
    """What every step takes."""
    return {
        "publication_id": publication_id,
        "by": request.user,
        "version": given["version"],
        "form_key": given["key"],
    }


def _clip(same: dict[str, Any], given: Mapping[str, Any]) -> object:
    del same["version"]
    return actions.clip(outlet=given["outlet"], link=given["link"], on=given["on"], **same)


type Take = Callable[[dict[str, Any], Mapping[str, Any]], object]
_SAVED = gettext_lazy("Written down.")
STEPS: Mapping[str, tuple[type[ActForm], Take, Any, str]] = {
    "submit": (ReasonForm, lambda s, _g: actions.submit(**s), gettext_lazy("Given to another person."), ""),
    "take_back": (ReasonForm, lambda s, _g: actions.take_back(**s), _SAVED, "text"),
    "lift": (ReasonForm, lambda s, g: actions.lift(hiding=g["about"], reason=g["reason"], **s), _SAVED, "text"),
    "hide_again": (ReasonForm, lambda s, g: actions.hide_again(hiding=g["about"], **s), _SAVED, "text"),
    "answer": (ReasonForm, lambda s, g: actions.answer(warning=g["about"], reason=g["reason"], **s), _SAVED, "text"),
    "refuse": (ReasonForm, lambda s, g: actions.refuse(reason=g["reason"], **s), gettext_lazy("Given back to its writer."), ""),
    "sign_off": (ReasonForm, lambda s, g: actions.sign_off(digest=g["digest"], reason=g["reason"], **s), _SAVED, "text"),
    "approve": (ApproveForm, lambda s, g: actions.approve(text=g["text"] or 0, digest=g["digest"], examined=g["examined"], **s), gettext_lazy("Published."), ""),
    "abandon": (ReasonForm, lambda s, g: actions.abandon(reason=g["reason"], **s), _SAVED, ""),
    "keep": (ReasonForm, lambda s, _g: actions.keep(**s), _SAVED, ""),
    "withdraw": (WithdrawForm, lambda s, g: actions.withdraw(why=g["why"], note=g["reason"], **s), gettext_lazy("Taken back from the public."), ""),
    "clip": (ClippingForm, _clip, _SAVED, ""),
    "plan": (PlanForm, lambda s, g: actions.plan(on=g["on"], **s), _SAVED, ""),
}  # fmt: skip
"""What each step is sent by, what takes it, what is said afterwards, and where it leads."""


@pages.read("publishing/<int:publication_id>/approved.<slug:ending>", "publication_export")
def export(request: DeskRequest, publication_id: int, ending: str) -> HttpResponse:
    """The text that is public now, for the bureau's other channels: plain, or for programs."""
    row = queries.publication(request.user, publication_id)
    edition, content = queries.approved(request.user, row)
    if ending == "json":
        data = {
            "number": row.number,
            "series": row.series,
            "published_at": row.published_at.isoformat() if row.published_at else None,
            "changed_at": edition.at.isoformat(),
            "digest": edition.digest,
            "content": json.loads(content.bytes),
        }
        body, kind = json.dumps(data, ensure_ascii=False, indent=1), "application/json"
    elif ending == "txt":
        body, kind = queries.plain_text(row, content), "text/plain; charset=utf-8"
    else:
        raise NotFound(_("There is no such file."))
    name = f'attachment; filename="{row.number}.{ending}"'
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": name})


urlpatterns = pages.addresses
