"""What a step of a petition is refused for: a body that reviews itself."""

from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.flow import Text


def another_body(matter: MatterFacts) -> Text | None:
    """Nobody reviews what he decided himself: neither the reply nor the first review."""
    known = matter.details
    second = matter.state == "second_asked"
    asked = known.get("second_body" if second else "review_body", "")
    before = [known.get("replied_by", ""), known.get("review_body", "") if second else ""]
    if "".join(str(asked).split()) in {"".join(str(one).split()) for one in before if one}:
        return _("The body that decided does not review it: name the one above.")
    return None
