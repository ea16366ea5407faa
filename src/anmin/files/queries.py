"""What may be read of files without opening one."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.prepared import Prepared
from anmin.files.actions import CITIZEN, name_of
from anmin.files.models import File
from anmin.files.subjects import subject_of
from anmin.files.types import kinds_of_file
from anmin.kernel.errors import Refusal
from anmin.people.models import Account


@dataclass(frozen=True, slots=True)
class Line:
    """One file as a list shows it; an erased one has no name."""

    pk: int
    key: str
    seq: int
    name: str
    type: str
    size: int
    at: datetime
    by: str
    small: bool
    erased_at: datetime | None
    sha256: str
    """The digest of what is kept."""
    sealed: bool = False


_kept = Prepared(
    lambda label, key: File.objects.filter(label=label, key=key).order_by("-seq"),
    like=("label", "key"),
)


def files_of(account: Account, label: str, key: str) -> list[Line]:
    """The files of a thing, the newest first; one query, or two. Raises ``NotFound``, ``NotAllowed``."""
    subject = subject_of(label)
    subject.require_see(account, key)
    rows = [row for row in _kept(label, key) if not subject.kept_from(account, row)]
    people = Account.objects.in_bulk({row.by_id for row in rows if row.by_id}) if rows else {}
    return [
        Line(
            row.pk,
            row.key,
            row.seq,
            _("Sealed file") if row.sealed_to and not row.erased_at else name_of(row),
            _("sealed") if row.sealed_to else str(kinds_of_file()[row.type]),
            row.size,
            row.at,
            people[row.by_id].display_name if row.by_id else _citizen(row),
            row.small and row.erased_at is None,
            row.erased_at,
            row.sha256,
            bool(row.sealed_to),
        )
        for row in rows
    ]


def _citizen(row: File) -> str:
    """Who added a file that no account did; nothing where the account is gone."""
    return _("The citizen") if row.request.startswith(CITIZEN) else ""


def names_of(label: str, key: str, *, by_citizen: bool = False) -> list[str]:
    """The names of the files of a thing, in order; those alone that its citizen added, if wanted. The
    caller has seen to whom they are told."""
    rows = File.objects.filter(label=label, key=key, erased_at=None).order_by("seq")
    return [name_of(one) for one in rows if not by_citizen or one.request.startswith(CITIZEN)]


def largest() -> int:
    """The bytes of the largest file that is kept."""
    number: int = settings.RULES.get("files.largest_mb", timezone.localdate()).number
    return number * 2**20


def accepted(form: str = "") -> str:
    """The endings of what is kept, as a browser's file box takes them; of a ``form`` alone."""
    kinds = [one for one in kinds_of_file().values() if not form or one.form == form]
    return ",".join(f".{one}" for kind in kinds for one in kind.endings)


def may_see(account: Account, label: str, key: str) -> bool:
    """Whether this person may open the files of a thing."""
    return _allowed(account, label, key, adds=False)


def may_add(account: Account, label: str, key: str) -> bool:
    """Whether this person may add files to a thing."""
    return _allowed(account, label, key, adds=True)


def _allowed(account: Account, label: str, key: str, *, adds: bool) -> bool:
    subject = subject_of(label)
    try:
        (subject.require_add if adds else subject.require_see)(account, key)
    except Refusal:
        return False
    return True
