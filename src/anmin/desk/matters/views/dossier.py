"""The file of a matter (卷宗): everything its reader may see of it, in one document for paper."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone

from anmin.callbacks.queries import answers_about
from anmin.desk.matters.matter_page import facts_of, orders_of, titles_of
from anmin.desk.shell.page import DeskRequest, Pages, show
from anmin.faces.details import fact_in_words, label_of, typed
from anmin.faces.story import Names, story
from anmin.kernel.errors import NotAllowed
from anmin.matters import queries
from anmin.matters.attachments import files_with_parts
from anmin.matters.conflict import one_look
from anmin.people.actions import log_access
from anmin.people.policy import Capability, can

pages = Pages(Capability.VIEW_MATTERS)


@pages.read("matters/<str:number>/dossier/", "matter_dossier")
@one_look()
def dossier(request: DeskRequest, number: str) -> HttpResponse:
    """The file, with what it rests on: entries, digests of attachments, the chain's last hash.

    Contacts stay masked. Who took it out, and when, is on record.
    """
    account = request.user
    view = queries.matter_view(account, number)
    matter, names = view.matter, Names.of(view)
    facts, orders = facts_of(view, names, account), orders_of(matter, account)
    told = matter.type.details.told_fields()
    try:
        files = files_with_parts(account, matter)[::-1]
    except NotAllowed:
        files = None
    shown = {
        **facts,
        "answers_given": [
            (label_of(matter.type, name), fact_in_words(matter.type, name, value))
            for name, value in typed(matter).items()
            if name in told
        ],
        "view": view,
        "matter": matter,
        "contact": view.masked,
        "events": story(
            view, names, with_names=view.may_note, titles=titles_of(facts["links"], orders)
        ),
        "orders": orders,
        "answers": answers_about(account, matter)
        if can(account, Capability.VIEW_ANSWERS)
        else None,
        "files": files,
        "entries": matter.version,
        "head": bytes(matter.head).hex(),
        "taken_at": timezone.now(),
    }
    response = show(request, "matters/dossier.html", shown)
    log_access(
        account=account, action="print_matter", subject=f"matter:{matter.number}", request=request
    )
    return response


urlpatterns = pages.addresses
