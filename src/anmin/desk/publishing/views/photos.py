"""The photos of a draft: uploaded or chosen, covered with rectangles, described; looked at beside the original."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anmin.desk.shell.page import DeskRequest, Pages, done, show
from anmin.desk.shell.sending import Out
from anmin.desk.shell.uploads import take_in, upload_form
from anmin.faces.forms import ActForm, new_key
from anmin.files.actions import read_file
from anmin.files.queries import accepted, largest
from anmin.files.types import kinds_of_file
from anmin.kernel.errors import NotFound, Refusal
from anmin.people.listing import listed
from anmin.people.policy import Capability
from anmin.publishing import actions, picturing, policy, queries
from anmin.publishing.photos import ORIGINAL, SHOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from anmin.publishing.models import Publication
    from anmin.publishing.photos import Photo

pages = Pages(Capability.VIEW_PUBLICATIONS)
drafting = pages.of(Capability.VIEW_PUBLICATIONS, Capability.DRAFT_PUBLICATIONS)
SIDES = ("left", "top", "width", "height")
FREE = 4
"""Empty rectangles that a form offers; saving it offers as many more."""


class CoverForm(ActForm):
    """What is covered, that the editor looked, and what the photo shows."""

    zh = forms.CharField(
        label=gettext_lazy("What it shows, in Chinese"), max_length=600, required=False
    )
    en = forms.CharField(
        label=gettext_lazy("What it shows, in English"), max_length=600, required=False
    )
    looked = forms.BooleanField(
        label=gettext_lazy("I looked: no face, plate or house number is left open."), required=False
    )

    def boxes(self) -> list[list[int]]:
        """The rectangles that were given. Raises ``Refusal`` for one that is not whole."""
        columns = [self.data.getlist(side)[:40] for side in SIDES]  # type: ignore[attr-defined]
        found = []
        for row in zip(*columns, strict=False):
            if not any(one.strip() for one in row):
                continue
            if not all(
                one.strip().isascii() and one.strip().isdecimal() and len(one.strip()) < 5
                for one in row
            ):
                raise Refusal(_("A rectangle has four whole numbers from 0 to 1000."))
            found.append([int(one) for one in row])
        return found


@drafting.at("publishing/<int:publication_id>/photos/", "publication_photos", receives=largest)
def photos(request: DeskRequest, publication_id: int) -> HttpResponse:
    """The photos of a draft, and two ways to one more."""
    row = queries.publication(request.user, publication_id)
    if request.method != "POST":
        return _list(request, row)
    chosen = request.POST.get("chosen", "")
    if chosen:
        if not chosen.isdecimal():
            raise NotFound(_("There is no such file."))
        kept = actions.choose(publication_id=row.pk, file_id=int(chosen[:18]), by=request.user)
        return done(request, str(_CHOSEN), "desk:publication_photo", row.pk, kept.pk)
    return take_in(
        request,
        ORIGINAL,
        str(row.pk),
        then="desk:publication_photos",
        again=lambda problem, status: _list(request, row, problem=problem, status=status),
    )


_CHOSEN = gettext_lazy("Chosen: cover what nobody is to see, then it gets into the text.")


def _list(
    request: DeskRequest, row: Publication, *, problem: str = "", status: int = 200
) -> HttpResponse:
    open_ = row.work == "draft" and not row.of.no_photos(row.key)
    context = {
        "row": row,
        "photos": picturing.photos(request.user, row),
        "choices": picturing.to_choose(request.user, row) if open_ else [],
        "why_not": row.of.no_photos(row.key),
        **upload_form(request, ORIGINAL, str(row.pk), problem=problem),
        "kinds": listed(one for one in kinds_of_file().values() if one.form == "picture"),
        "accept": accepted("picture"),
    }
    return show(request, "publishing/photos.html", context, status=status)


@drafting.at("publishing/<int:publication_id>/photos/<int:file_id>/", "publication_photo")
def photo(request: DeskRequest, publication_id: int, file_id: int) -> HttpResponse:
    """One photo: its rectangles and words; saving it makes a version of the text."""
    row = queries.publication(request.user, publication_id)
    found = {one.file.pk: one for one in picturing.photos(request.user, row)}
    if file_id not in found:
        raise NotFound(_("There is no such file."))
    kept = found[file_id].photo
    if request.method != "POST":
        words = {"zh": kept.zh, "en": kept.en} if kept else {}
        form = CoverForm(initial={"version": row.version, **words})
        return _one(request, row, file_id, kept, form, kept.boxes if kept else ())
    form = CoverForm(request.POST)
    if "out" in request.POST:
        if form.does(lambda given: actions.take_out(**_same(request, row, file_id, given))):
            return done(request, _("Taken out of the text."), "desk:publication_photos", row.pk)
    elif form.does(
        lambda given: actions.put_in(
            boxes=form.boxes(),
            looked=given["looked"],
            zh=given["zh"],
            en=given["en"],
            **_same(request, row, file_id, given),
        )
    ):
        told = _("In the text as a version of its own, with the rectangles burnt in.")
        return done(request, told, "desk:publication_photos", row.pk)
    return _one(request, row, file_id, kept, form, _typed(form))


def _typed(form: CoverForm) -> Sequence[Sequence[int]]:
    try:
        return form.boxes()
    except Refusal:
        return ()


def _same(
    request: DeskRequest, row: Publication, file_id: int, given: dict[str, Any]
) -> dict[str, Any]:
    return {
        "publication_id": row.pk,
        "file_id": file_id,
        "by": request.user,
        "form_key": given["key"],
        "version": given["version"],
    }


def _one(
    request: DeskRequest,
    row: Publication,
    file_id: int,
    kept: Photo | None,
    form: CoverForm,
    boxes: Sequence[Sequence[int]],
) -> HttpResponse:
    text = queries.sheet(request.user, row).text.content
    context = {
        "row": row,
        "file_id": file_id,
        "kept": kept,
        "form": form,
        "boxes": [*boxes, *[("",) * 4] * FREE],
        "says": {"zh": text.zh is not None, "en": text.en is not None},
        "new_key": new_key(),
        "writes": row.work == "draft" and policy.may_write(request.user, row),
    }
    return show(request, "publishing/photo.html", context, status=form.status)


@pages.read(
    "publishing/<int:publication_id>/photos/<int:file_id>/original", "publication_photo_original"
)
def original(request: DeskRequest, publication_id: int, file_id: int) -> Out:
    """A photo as it came, for who writes and who reviews; who looked is on record."""
    return _image(request, ORIGINAL, publication_id, file_id)


@pages.read("publishing/<int:publication_id>/photos/<int:file_id>/shown", "publication_photo_shown")
def shown(request: DeskRequest, publication_id: int, file_id: int) -> Out:
    """A photo as the public would see it."""
    return _image(request, SHOWN, publication_id, file_id)


def _image(request: DeskRequest, label: str, publication_id: int, file_id: int) -> Out:
    found = read_file(
        label=label, key=str(publication_id), pk=file_id, by=request.user, request=request
    )
    if not found.mime.startswith("image/"):
        raise NotFound(_("There is no picture of this file."))
    return Out(found.content, content_type=found.mime)


urlpatterns = pages.addresses
