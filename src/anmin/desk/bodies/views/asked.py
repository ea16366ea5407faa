"""What this unit asked of bodies outside the police: who owes what, and what waits for its own word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse

from anmin.desk.bodies.rows import file_of, split
from anmin.desk.shell.csv_files import file_links
from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.matters.owed import asked_by
from anmin.people.policy import Capability

if TYPE_CHECKING:
    from django.http import HttpResponseBase

pages = Pages(Capability.VIEW_MATTERS)


@pages.read("asked/", "asked")
def asked(request: DeskRequest) -> HttpResponse:
    """What waits for this unit's own word, then what bodies owe, what is due first on top."""
    context = {**split(asked_by(request.user)), "exports": file_links(request, "asked_file")}
    return show(request, "bodies/asked.html", context)


@pages.read("asked/file/<slug:ending>/", "asked_file", Capability.EXPORT_RECORDS)
def as_file(request: DeskRequest, ending: str) -> HttpResponseBase:
    """The same as a file."""
    return file_of(asked_by(request.user, most=None), ending)


urlpatterns = pages.addresses
