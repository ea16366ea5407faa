"""What makes an answer unhappy, and what follows: an order to put it right."""

import logging

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from anmin.callbacks.callees import who_answered
from anmin.callbacks.ladder import rule
from anmin.callbacks.models import Answer, Callback, Satisfaction, Solved
from anmin.callbacks.sealing import read_text
from anmin.kernel.errors import Refusal
from anmin.matters.actions import add_note, assign, open_matter
from anmin.matters.actor import Actor
from anmin.matters.conflict import about
from anmin.matters.models import Matter
from anmin.matters.policy import free_unit
from anmin.matters.registry import rectifying_kind
from anmin.people.queries import duty_leader
from anmin.places.models import OUTSIDE, Unit

log = logging.getLogger(__name__)
SYSTEM = Actor.system("callbacks")
UNTOLD = "other"
"""The category of a rectification whose cause the unit must not be able to guess."""


def is_unhappy(satisfaction: str, solved: str) -> bool:
    """Whether an answer asks for something to be put right."""
    return satisfaction == Satisfaction.DISSATISFIED or (
        solved == Solved.NO and bool(rule("unsolved_is_unhappy").value)
    )


def order_rectification(callback: Callback, answer: Answer) -> Matter | None:
    """Open the order to put right what the citizen is unhappy about; safe to repeat.

    Nothing where everybody who could do it is concerned: the answer counts all the same, and the
    history of the matter says that the authority above has to be told.

    It goes to the unit that served, to its duty leader of the day; where the matter is about that
    unit or somebody there, to another (``policy.free_unit``). Only with the citizen's
    consent does the unit learn who spoke, about which matter and in which words; otherwise the
    link is sealed and the inspectorate makes the first contact.
    """
    matter = callback.matter
    try:
        unit = _answers_for(callback)
    except Refusal:
        _nobody(matter, answer)
        return None
    told = answer.consent_contact is True
    called = rectifying_kind().headline
    with translation.override(settings.LANGUAGE_CODE):
        summary = called({"concerns": answer.concerns}) if called else ""
    order = open_matter(
        kind=rectifying_kind().code,
        actor=SYSTEM,
        category=matter.category if told else UNTOLD,
        summary=summary,
        area=matter.area if told else None,
        unit=unit,
        details={
            "concerns": list(answer.concerns),
            "complaint": read_text(answer) if told else "",
        },
        contact=who_answered(answer) if told else None,
        source="callback",
        key=f"answer:{answer.pk}",
        cause=matter,
        cause_sealed=not told,
    )
    leader = duty_leader(order.unit, timezone.localdate()) if order.unit else None
    if leader is not None and leader.unit_id == order.unit_id and order.assignee_id is None:
        assign(matter_id=order.pk, actor=SYSTEM, account=leader)
    return order


def _nobody(matter: Matter, answer: Answer) -> None:
    """Say in the history that an order goes to nobody here."""
    log.warning("nobody who is not concerned can put right what answer %s says", answer.pk)
    with translation.override(settings.LANGUAGE_CODE):
        text = _(
            "The citizen is dissatisfied, and every unit here that could put it right is "
            "concerned: refer it to the higher authority."
        )
    add_note(matter_id=matter.pk, actor=SYSTEM, text=text, key=f"answer:{answer.pk}")


def _answers_for(callback: Callback) -> Unit | None:
    """The unit that is to put right what was wrong."""
    served = callback.unit or callback.matter.unit or head_unit()
    return served and free_unit(rectifying_kind(), about(callback.matter), served)


def order_of(answer: Answer) -> Matter | None:
    """The order that an answer gave, or the one put right by it did; the latest of several."""
    chain, one = [answer.pk], answer
    while one.counts_instead and one.corrects is not None:
        one = one.corrects
        chain.append(one.pk)
    keys = [f"answer:{pk}" for pk in chain]
    rows = Matter.objects.filter(source="callback", external_id__in=keys)
    return rows.select_related("unit").order_by("-pk").first()


def head_unit() -> Unit | None:
    """The unit on top of all others: the bureau itself."""
    tops = Unit.objects.filter(parent=None, active=True).exclude(kind__in=OUTSIDE)
    return tops.order_by("code").first()
