"""A sheet that those who come to a meeting or an event sign."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.desk.documents.handing import handed_out
from anmin.desk.shell.page import DeskRequest, Pages, address, show
from anmin.desk.shell.sending import Out
from anmin.documents.papers import SERVED, sign_in_sheet
from anmin.documents.registry import Asked
from anmin.faces.details import DayInput
from anmin.faces.fields import DayField
from anmin.kernel.errors import Refusal
from anmin.people.policy import Capability

MOST = 200
pages = Pages(Capability.VIEW_MATTERS)


class SheetForm(forms.Form):
    """What is met for, where, when, and how many rows."""

    use_required_attribute = False
    title = forms.CharField(label=_("Occasion"), max_length=80)
    place = forms.CharField(label=_("Place"), max_length=80, required=False)
    day = DayField(label=_("Day"), required=False, widget=DayInput())
    rows = forms.IntegerField(label=_("Rows"), min_value=1, max_value=MOST, required=False)


@pages.read("documents/sign-in/", "sign_in_sheet")
def sign_in(request: DeskRequest) -> HttpResponse:
    """The form, and the files of the sheet once it is filled in."""
    form = SheetForm(request.GET or None, initial={"rows": 20})
    files = []
    if form.is_bound and form.is_valid():
        query = {name: request.GET.get(name) for name in form.fields}
        files = [
            (ending.upper(), address("sign_in_sheet_file", ending, **query))
            for ending in ("docx", "pdf", "xlsx")
        ]
    status = 422 if form.is_bound and form.errors else 200
    return show(request, "documents/sign_in.html", {"form": form, "files": files}, status=status)


@pages.read("documents/sign-in/file.<slug:ending>", "sign_in_sheet_file")
def sign_in_file(request: DeskRequest, ending: str) -> Out:
    """The sheet as a file."""
    form = SheetForm(request.GET)
    if not form.is_valid():
        raise Refusal(_("Say what the sheet is for."), field="title")
    given = form.cleaned_data
    day = given["day"] or timezone.localdate()
    found = sign_in_sheet(
        Asked(day, day, viewer=request.user),
        title=given["title"],
        place=given["place"],
        rows=given["rows"] or SERVED,
    )
    return handed_out(request, found, ending)


urlpatterns = pages.addresses
