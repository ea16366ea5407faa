"""What a step of a petition is refused for: days that cannot be, a body that reviews itself."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Text

AHEAD = _("This moment lies in the future.")
BEGUN = {"review_asked": "review_begun_on", "second_asked": "second_begun_on"}


def not_before_the_reply(matter: MatterFacts) -> Text | None:
    """What was not written yet is not delivered: the reply, or what decided its review."""
    written_at = "reviewed_at" if matter.state == "reviewed" else "replied_at"
    told, replied = matter.details.get("delivered_on"), matter.details.get(written_at)
    if not told or not replied:
        return None
    if told > timezone.localdate().isoformat():
        return AHEAD
    written = timezone.localdate(datetime.fromisoformat(replied))
    return _("It is delivered before it is written.") if told < written.isoformat() else None


def not_ahead(matter: MatterFacts) -> Text | None:
    """What another body received or confirmed is put down afterwards."""
    told = matter.details.get(BEGUN.get(matter.state, "taken_on"))
    return AHEAD if told and date.fromisoformat(told) > timezone.localdate() else None


def another_body(matter: MatterFacts) -> Text | None:
    """Nobody reviews what he decided himself: neither the reply nor the first review."""
    known = matter.details
    second = matter.state == "second_asked"
    asked = known.get("second_body" if second else "review_body", "")
    before = [known.get("replied_by", ""), known.get("review_body", "") if second else ""]
    if "".join(str(asked).split()) in {"".join(str(one).split()) for one in before if one}:
        return _("The body that decided does not review it: name the one above.")
    return None
