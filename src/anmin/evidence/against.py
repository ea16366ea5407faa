"""The log compared with signed roots: those that are kept here, and those brought from outside."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence import roots
from anmin.evidence.models import Record, Root
from anmin.evidence.tree import tree
from anmin.kernel.checkpoint import Mistyped, NoRoot, NotOurs, ShortRoot, SignedRoot, find
from anmin.kernel.errors import Refusal
from anmin.kernel.merkle import NoSuchLeaf, Tree

type Known = SignedRoot | ShortRoot


class Found(StrEnum):
    """How the log stands to a signed root."""

    HOLDS = "holds"
    ROLLED_BACK = "rolled_back"
    REWRITTEN = "rewritten"
    NOT_OURS = "not_ours"
    KEPT_ALTERED = "kept_altered"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found of one root. ``since`` is the last moment known to lie before the change."""

    found: Found
    size: int
    at: datetime | None = None
    since: datetime | None = None
    records: int = 0
    why: str = ""

    @property
    def sound(self) -> bool:
        """The log still is what was signed."""
        return self.found is Found.HOLDS

    @property
    def sentence(self) -> str:
        """For people."""
        told = {
            "size": self.size,
            "at": _local(self.at),
            "since": _local(self.since),
            "records": self.records,
            "gone": self.size - self.records,
            "why": self.why,
        }
        return _sentences()[self.found] % told

    @property
    def advice(self) -> str:
        """What to do next, and whom to ask; nothing where the root holds."""
        return _advice().get(self.found, "")

    def as_json(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "found": self.found.value,
            "size": self.size,
            "at": self.at.isoformat() if self.at else None,
            "since": self.since.isoformat() if self.since else None,
            "text": self.sentence,
            "advice": self.advice,
        }


def _sentences() -> dict[Found, str]:
    return {
        Found.HOLDS: _("Root of %(size)s records (%(at)s): holds."),
        Found.ROLLED_BACK: _(
            "Root of %(size)s records (%(at)s): the log has only %(records)s, the last of"
            " %(since)s. The database was rolled back: %(gone)s records that were signed are gone."
        ),
        Found.REWRITTEN: _(
            "Root of %(size)s records (%(at)s): the log up to there is another one now. It was"
            " rewritten, at a place after %(since)s."
        ),
        Found.NOT_OURS: _("Root of %(size)s records: not signed by this installation (%(why)s)."),
        Found.KEPT_ALTERED: _("Kept root of %(size)s records (%(at)s): altered (%(why)s)."),
    }


def _advice() -> dict[Found, str]:
    lost = _(
        "Stop the service, keep a copy of the database and of this root, and tell the inspectorate."
        " Only a backup made after that root brings back what is gone."
    )
    return {
        Found.ROLLED_BACK: lost,
        Found.REWRITTEN: lost,
        Found.NOT_OURS: _(
            "Compare it with another copy: the nightly mail, the printed day sheet, the public page."
            " Ask whoever gave you this one where it is from."
        ),
        Found.KEPT_ALTERED: _(
            "Give the same root from the nightly mail with --root, and tell the inspectorate."
        ),
    }


def read(text: str) -> list[Known]:
    """The signed roots in a text that somebody brought.

    Raises ``Refusal`` in the user's language: there is none, or a short form is mistyped.
    """
    try:
        return find(text)
    except Mistyped as refusal:
        place = refusal.values.get("group")
        told = _("The root is mistyped in group %(group)s.") % {"group": place}
        raise Refusal(
            told if place else _("The root is mistyped in its first group."), code="mistyped_root"
        ) from None
    except NoRoot:
        raise Refusal(
            _(
                "There is no signed root in this text: give a file or a text with the five lines"
                " of a root, or its short form."
            ),
            code="no_root",
        ) from None


def compare(brought: Iterable[Known]) -> list[Verdict]:
    """How the log stands to roots from outside. Reads a few hundred hashes for each."""
    whole = tree()
    return [_compare(whole, one) for one in brought]


def compare_kept() -> list[Verdict]:
    """How the log stands to every root that is kept here; only what does not hold is returned."""
    whole = tree()
    found: list[Verdict] = []
    for kept in Root.objects.order_by("size").iterator(chunk_size=500):
        verdict = _kept(whole, kept)
        if not verdict.sound:
            found.append(verdict)
    return found


def _kept(whole: Tree, kept: Root) -> Verdict:
    try:
        told = _signed(kept)
    except (Refusal, ValueError) as refusal:
        return Verdict(Found.KEPT_ALTERED, kept.size, kept.at, why=str(refusal))
    return _compare(whole, told)


def _signed(kept: Root) -> SignedRoot:
    """What was signed of a kept root. Raises ``Refusal`` or ``ValueError`` if it was altered."""
    told = roots.signed(kept)
    told.require_signed_by(roots.public_key())
    if (told.size, told.root, told.at) != (kept.size, bytes(kept.root), kept.at):
        raise NotOurs(_("it says something else"))
    return told


def _compare(whole: Tree, one: Known) -> Verdict:
    at = one.at if isinstance(one, SignedRoot) else None
    try:
        if isinstance(one, SignedRoot):
            one.require_signed_by(roots.public_key())
        else:
            one.require_tagged_by(roots.tag)
    except NotOurs as refusal:
        return Verdict(Found.NOT_OURS, one.size, at, why=_why(refusal))
    if at is None:
        at = Root.objects.filter(size=one.size).values_list("at", flat=True).first()
    if one.size > whole.size:
        return Verdict(Found.ROLLED_BACK, one.size, at, _last(whole.size), whole.size)
    if _same(whole, one):
        return Verdict(Found.HOLDS, one.size, at)
    return Verdict(Found.REWRITTEN, one.size, at, _agreed(whole, one.size))


def _why(refusal: NotOurs) -> str:
    if refusal.code == "foreign_root":
        return _("it is of another installation")
    return _("the signature does not fit: it was altered or mistyped")


def _same(whole: Tree, one: Known) -> bool:
    try:
        root = whole.root(one.size)
    except NoSuchLeaf:
        return False
    return root == one.root if isinstance(one, SignedRoot) else one.fits(root)


def _agreed(whole: Tree, size: int) -> datetime | None:
    """When the newest earlier root was signed up to which the log is still the same."""
    for kept in Root.objects.filter(size__lt=size).order_by("-size").iterator(chunk_size=100):
        if _kept_holds(whole, kept):
            at: datetime = kept.at
            return at
    return None


def _kept_holds(whole: Tree, kept: Root) -> bool:
    try:
        return _same(whole, _signed(kept))
    except (Refusal, ValueError):
        return False


def _last(size: int) -> datetime | None:
    return (
        Record.objects.filter(seq__lte=size).order_by("-seq").values_list("at", flat=True).first()
    )


def _local(at: datetime | None) -> str:
    return timezone.localtime(at).isoformat(" ", "seconds")[:19] if at else "–"
