"""What a file may belong to: a room above registers it, and is asked who may see and who may add.

A subject is a label (``matter``) and a key of that room's own (a matter's number). Nothing here
knows what they mean.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from anmin.kernel.errors import NotFound
from anmin.people.models import Account

if TYPE_CHECKING:
    from anmin.files.models import File


def _nothing(_reader: Account, _file: "File") -> bool:
    return False


def _nobodys(_key: str, _sha256: str) -> bool:
    return False


def _open_to_us(_key: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class SealedTo:
    """A key whose private half the house does not have."""

    code: str
    public: bytes


@dataclass(frozen=True, slots=True)
class Subject:
    """One sort of thing that has files.

    ``require_see`` and ``require_add`` raise a ``Refusal`` (``NotFound`` where even the existence
    of the thing is not to be told) unless this person may open, or add, files of the thing of that
    key; who adds without account is the citizen whose thing it is, and nobody asks whether. ``over`` tells since when things need their files no longer, as far as they are over.
    ``kept_from`` says of one file of a thing whose files somebody may open whether it is not for him.
    ``everybodys`` tells whether the public may open the file of that digest, of a thing of that key.
    ``pictures``: it has no files but pictures.
    ``sealed_to`` is the key that files of a thing are sealed to, if the house must not read them.
    """

    label: str
    require_see: Callable[[Account, str], object]
    require_add: Callable[[Account | None, str], object]
    over: Callable[[Sequence[str]], Mapping[str, datetime]]
    kept_from: Callable[[Account, "File"], bool] = _nothing
    sealed_to: Callable[[str], SealedTo | None] = _open_to_us
    everybodys: Callable[[str, str], bool] = _nobodys
    pictures: bool = False


_SUBJECTS: dict[str, Subject] = {}


def register_subject(subject: Subject) -> Subject:
    """Make a sort of thing known. Two of one label stop the start."""
    if _SUBJECTS.setdefault(subject.label, subject) is not subject:
        raise ValueError(f"two sorts of things with files are called {subject.label!r}")
    return subject


def subject_of(label: str) -> Subject:
    """The sort of thing of that label. Raises ``NotFound``."""
    if (subject := _SUBJECTS.get(label)) is None:
        raise NotFound(_("Nothing of the kind “%(label)s” has files.") % {"label": label})
    return subject
