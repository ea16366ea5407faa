"""What messages are about: each room above tells what it asks, and takes what is answered.

``subject_ref`` is ``code:key``. A room registers its code; nothing here knows what it means.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from anmin.channels.models import Message, Question, Reply


@dataclass(frozen=True, slots=True)
class Described:
    """What a question was about, in words for whoever attributes a reply: no personal data.

    ``unit_id`` is the unit that is rated by the answer. ``answerable``: an answer may still be
    recorded; ``callable``: a person may still phone about it.
    """

    title: str
    number: str = ""
    when: datetime | None = None
    place: str = ""
    standing: str = ""
    unit_id: int | None = None
    answerable: bool = False
    callable: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """One kind of question.

    ``take`` takes in a reply to it, inside the reader's transaction, and returns why a person has
    to look at it all the same, or nothing. ``stop`` ends everything open with a number.
    ``wanted`` tells whether a message may still go out; ``describe`` puts what messages are about
    into words, by their primary keys; ``phone`` hands one over to a person who phones, and
    returns whether that was possible. ``within`` names the other subject that one of this kind is
    part of (by ``subject_ref``): who wants no messages about that wants none about this.
    """

    code: str
    take: Callable[[Reply, Question], str]
    stop: Callable[[bytes, datetime, str], object]
    wanted: Callable[[Message], bool]
    describe: Callable[[Sequence[Message]], Mapping[int, Described]]
    phone: Callable[[Message], bool]
    within: Callable[[str], str] = str


_SUBJECTS: dict[str, Subject] = {}


def row_of(message: Message, code: str) -> int | None:
    """The row that a message of the subject ``code:`` is about; none if it is another subject's."""
    number = message.subject_ref.removeprefix(code)
    return int(number) if message.subject_ref.startswith(code) and number.isdigit() else None


def register_subject(subject: Subject) -> Subject:
    """Make a kind of question known. Two of one code stop the start."""
    if _SUBJECTS.setdefault(subject.code, subject) is not subject:
        raise ValueError(f"two kinds of question are called {subject.code!r}")
    return subject


def subjects() -> Sequence[Subject]:
    """Every kind of question, by code."""
    return [_SUBJECTS[code] for code in sorted(_SUBJECTS)]


def subject_of(message: Message) -> Subject | None:
    """The kind of question that a message asks; nothing for what asks none."""
    return _SUBJECTS.get(message.subject_ref.partition(":")[0])


def whole_of(subject_ref: str) -> str:
    """The subject that another is part of, which may be itself."""
    subject = _SUBJECTS.get(subject_ref.partition(":")[0])
    return subject_ref if subject is None else subject.within(subject_ref)


def known_subject(subject_ref: str) -> bool:
    """Whether somebody can say what a message of that subject is about."""
    return subject_ref.partition(":")[0] in _SUBJECTS


def still_wanted(message: Message) -> bool:
    """Whether a message may still go out."""
    subject = subject_of(message)
    return subject is None or subject.wanted(message)


def describe(messages: Sequence[Message]) -> dict[int, Described]:
    """What these are about, in words, by primary key; those of no known kind are left out."""
    kinds: dict[str, list[Message]] = {}
    for message in messages:
        if (subject := subject_of(message)) is not None:
            kinds.setdefault(subject.code, []).append(message)
    return {
        pk: words
        for code, of in kinds.items()
        for pk, words in _SUBJECTS[code].describe(of).items()
    }
