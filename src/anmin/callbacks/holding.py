"""What callbacks hold about somebody, for the file that is asked for, and no more calls where it is to go."""

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from anmin.callbacks.callees import key_of_number
from anmin.callbacks.concerns import concerns
from anmin.callbacks.models import Answer, Satisfaction, Solved, Via
from anmin.callbacks.sealing import read_text
from anmin.callbacks.stopping import stop
from anmin.matters.actions import contact_for_message
from anmin.matters.contacts import ContactFacts
from anmin.matters.data_rights import Right
from anmin.matters.fact_words import in_words
from anmin.matters.flow import Text
from anmin.matters.held import Person, Section, Told, lets_go, matters_of, tells
from anmin.matters.models import Matter
from anmin.people.listing import listed


def answers_of(person: Person, matters: Sequence[Matter]) -> Iterable[Section]:
    """What this person answered when asked afterwards; not what others answered about the same matter."""
    rows = Answer.objects.filter(callback__matter__in=[one.pk for one in matters])
    own = key_of_number(ContactFacts(person.name, person.phone))
    told = []
    for row in rows.select_related("callback__matter").order_by("at", "pk"):
        matter = row.callback.matter
        key = bytes(row.spoken_to) or key_of_number(contact_for_message(matter))
        if key == own:
            told.append(Told(f"{matter.type.label} {matter.number}", row.at, _facts(row)))
    yield Section(_("What you answered when we asked"), told)


def call_no_more(person: Person, right: Right) -> Iterable[str]:
    """Nobody is called back any more who wants to be forgotten: what was brought may go then."""
    if right is Right.ERASURE:
        for matter in matters_of(person):
            for index in person.indexes:
                stop(index, at=timezone.now(), key=f"data:{matter.pk}", only=matter.pk)
    return ()


def _facts(row: Answer) -> list[tuple[Text, str]]:
    known = concerns()
    named = [known[code].label for code in row.concerns if code in known]
    facts: list[tuple[Text, str]] = [
        (_("How you answered"), str(Via(row.via).label)),
        (_("Satisfaction"), str(Satisfaction(row.satisfaction).label) if row.satisfaction else ""),
        (_("Whether it is settled"), str(Solved(row.solved).label) if row.solved else ""),
        (_("Concerns"), listed(named)),
        (_("In your words"), read_text(row)),
        (
            _("The unit may contact you"),
            "" if row.consent_contact is None else in_words(row.consent_contact),
        ),
    ]
    return [one for one in facts if one[1]]


tells(answers_of)
lets_go(call_no_more)
