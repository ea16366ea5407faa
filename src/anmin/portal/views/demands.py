"""What was found about a citizen's demand, on the page of the matter, and the appeal against it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.utils.translation import gettext as _

from anmin.kernel.errors import Refusal
from anmin.matters import demands
from anmin.matters.demand_actions import appeal, appeal_of
from anmin.matters.fact_types import typed_facts
from anmin.matters.messages import promised_now
from anmin.portal.forms import Appeal

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from anmin.matters.flow import Text
    from anmin.matters.models import Matter


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding as the citizen reads it.

    ``holds`` until it is taken back; ``until`` is the last moment to appeal, if that is possible, and
    ``decided_by`` the one by which an appeal is decided.
    """

    number: str
    state: Text
    about: str
    rests_on: str
    facts: list[tuple[Text, str]]
    holds: bool
    until: datetime | None
    decided_by: datetime | None
    form: Appeal
    key: str


def findings(matter: Matter, form: Appeal | None = None, number: str = "") -> list[Finding]:
    """What was found about a matter; ``form`` is the appeal against ``number`` as it was sent."""
    found = []
    for one in demands.about(matter):
        if one.state not in one.type.public.when:
            continue  # it was never found, or no longer holds
        due, open_to_appeal = promised_now(one) if one.live else None, appeal_of(one) is not None
        found.append(
            Finding(
                one.number,
                one.type.flow.state(one.state).outside,
                one.topic.label if one.topic else "",
                str((one.topic.rests_on if one.topic else None) or ""),
                [
                    (fact.title, one.details[name])
                    for name, fact in typed_facts(one.type.details).items()
                    if fact.told and one.details.get(name)
                ],
                one.live or one.state in one.type.sets_aside,
                due.due_at if due and open_to_appeal else None,
                due.due_at if due and not open_to_appeal else None,
                form if form is not None and number == one.number else Appeal(prefix=one.number),
                uuid.uuid4().hex,
            )
        )
    return found


def take_appeal(request: HttpRequest, matter: Matter) -> dict[str, Any]:
    """Take the appeal that was sent; what is wrong with it for the page, nothing if it was taken."""
    number = request.POST.get("appeal", "")[:32]
    form = Appeal(request.POST, prefix=number)
    if form.is_valid():
        given = form.cleaned_data
        try:
            appeal(
                cause=matter, number=number, reason=given["reason"], key=f"appeal:{given['key']}"
            )
        except Refusal as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("Your appeal is on record. Somebody else decides it."))
            return {}
    return {"form": form, "number": number}
