"""What surveys hold about somebody, and letting go of it.

That somebody is drawn is told to nobody while people are still being asked, not to him or her either: a
question about personal data is no way to see the sample. What was answered is shown as long as it is known
whose it is; afterwards nobody can say (统计法 第二十八条: no figure leads back to a person).
"""

from collections.abc import Iterable, Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anmin.evidence.log import atomic
from anmin.matters.data_rights import Right
from anmin.matters.flow import Text
from anmin.matters.held import Person, Section, Told, lets_go, tells
from anmin.matters.models import Matter
from anmin.surveys.models import Case, FrameRow, Return, Wave
from anmin.surveys.questionnaires import Question
from anmin.surveys.recording import read_words, sheet_of, stop
from anmin.surveys.sealing import open_contact
from anmin.surveys.waves import forget


def rows_of(person: Person) -> list[FrameRow]:
    """The rows of the frames that hold this person."""
    rows = FrameRow.objects.filter(phone_index__in=person.indexes).select_related("wave")
    return [one for one in rows.order_by("pk") if person.is_named(open_contact(one).name)]


def listed_in(person: Person, _matters: Sequence[Matter]) -> Iterable[Section]:
    """The surveys whose list names this person, and what he or she answered there."""
    told = []
    for row in rows_of(person):
        if row.wave.status != Wave.Status.CLOSED:
            told.append(Told(row.wave.title, row.wave.opened_at, [*_contact(row)]))
            continue
        case = Case.objects.filter(row=row).first()
        answers = case.returns.filter(counts=True).first() if case else None
        facts = [*_contact(row), *(_answers(row.wave, answers) if answers else ())]
        told.append(Told(row.wave.title, row.wave.opened_at, facts))
    yield Section(gettext_lazy("Surveys whose list names you"), told)


@atomic
def forget_person(person: Person, right: Right) -> Iterable[str]:
    """Nobody asks this person any more, and the lists of the surveys forget him or her.

    That somebody was drawn stays, as a number, for the draw can be repeated by anybody.
    """
    rows = rows_of(person)
    for index in person.indexes:
        stop(index, at=timezone.now(), key=f"data:{right}")
    gone = forget(FrameRow.objects.filter(pk__in=[one.pk for one in rows]))
    if not gone:
        return []
    return [
        ngettext(
            "You were taken out of %(count)d list of a survey.",
            "You were taken out of %(count)d lists of surveys.",
            gone,
        )
        % {"count": gone}
    ]


def _contact(row: FrameRow) -> Iterable[tuple[Text, str]]:
    facts = open_contact(row)
    told = [(_("Name"), facts.name), (_("Phone"), facts.phone), (_("Address"), facts.address)]
    return [one for one in told if one[1]]


def _answers(wave: Wave, row: Return) -> Iterable[tuple[Text, str]]:
    given = {**row.answers, **read_words(row)}
    return [
        (one.label, _said(one, given[one.code]))
        for one in sheet_of(wave).question
        if one.code in given
    ]


def _said(asked: Question, value: object) -> str:
    words = dict(asked.choices())
    several = value if isinstance(value, list) else [value]
    return " · ".join(words.get(str(one), str(one)) for one in several)


tells(listed_in)
lets_go(forget_person)
