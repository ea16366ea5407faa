"""Loading a programme, approving it, bringing the proof of a milestone, accepting it.

This is all that can be written about a programme. Progress is not among it: it is counted.
"""

import hashlib
from pathlib import PurePath
from typing import Final

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.campaign import policy
from anmin.campaign.checking import checked
from anmin.campaign.description import Item
from anmin.campaign.description import Programme as Description
from anmin.campaign.models import Milestone, Nudge, Programme, State, Verdict, Version
from anmin.campaign.sheets import Fault, Faulty, Sheets
from anmin.campaign.sources import Known
from anmin.campaign.toml_file import read_toml
from anmin.campaign.workbook import read_workbook
from anmin.evidence.log import atomic
from anmin.files.models import File
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.kernel.masking import mask_free_text
from anmin.people.actions import log_access
from anmin.people.models import Account
from anmin.people.policy import Capability, require

LARGEST: Final = 4 * 2**20
"""Bytes of a file."""
REASON: Final = 1000
LABEL: Final = "milestone"
"""What files of items are kept under (``attachments``)."""


def read(name: str, content: bytes) -> Sheets:
    """The tables of a file, TOML or workbook by its ending. Raises ``Faulty``."""
    if len(content) > LARGEST:
        raise Faulty([Fault("", _("The file is larger than 4 MB."))])
    readers = {".toml": read_toml, ".xlsx": read_workbook}
    reader = readers.get(PurePath(name).suffix.lower())
    if reader is None:
        raise Faulty([Fault("", _("A programme comes as a file in .toml or .xlsx."))])
    return reader(content)


def check(name: str, content: bytes) -> Description:
    """The programme of a file, against the version in force if there is one. Raises ``Faulty``."""
    sheets, known = read(name, content), Known()
    found = checked(sheets, known)
    if (before := in_force(found.code)) is not None:
        return checked(sheets, known, before.said)
    return found


def in_force(code: str) -> Version | None:
    """The version of a programme that holds: the newest one approved."""
    rows = Version.objects.filter(programme__code=code, state=State.APPROVED)
    found: Version | None = rows.order_by("-number").first()
    return found


@atomic
def load(*, name: str, content: bytes, by: Account) -> Version:
    """Load a file as the next version of its programme, to be approved by a second person.

    The same file again is the same version; another one replaces what waits.

    Raises ``NotAllowed``; ``Faulty`` with every fault and its place. Then nothing has changed.
    """
    require(by, Capability.EDIT_PROGRAMME)
    code, digest = check(name, content).code, hashlib.sha256(content).hexdigest()
    now = timezone.now()
    Programme.objects.get_or_create(code=code, defaults={"made_at": now})
    programme = Programme.objects.select_for_update().get(code=code)
    said = check(name, content)  # again: against what holds now that nobody else can change it
    waiting = programme.versions.filter(state=State.PROPOSED).first()
    for known in filter(None, (waiting, in_force(said.code))):
        if known.digest == digest:
            return known
    if waiting is not None:
        waiting.state, waiting.decided_at, waiting.decided_by = State.REPLACED, now, by
        waiting.save(update_fields=["state", "decided_at", "decided_by"])
    last = programme.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version(
        programme=programme,
        number=last + 1,
        description=said.as_kept(),
        file_name=PurePath(name).name[-120:],
        digest=digest,
        loaded_by=by,
        loaded_at=now,
    )
    version.save()
    log_access(
        account=by, action="load_programme", subject=f"programme:{said.code}/{version.number}"
    )
    return version


@atomic
def decide(*, programme: str, number: int, keep: bool, reason: str, by: Account) -> Version:
    """Approve a version, so that it is the programme from now on, or turn it down with the reason.

    Raises ``NotAllowed`` also for who loaded it, ``NotFound``, ``Conflict`` when it is decided.
    """
    require(by, Capability.APPROVE_PROGRAMME)
    rows = Version.objects.select_for_update().select_related("programme")
    version = rows.filter(programme__code=programme, number=number).first()
    if version is None:
        raise NotFound(_("There is no such version."))
    policy.require_decider(by, version)
    state = State.APPROVED if keep else State.REFUSED
    if version.state == state and version.decided_by_id == by.pk:
        return version
    if version.state != State.PROPOSED:
        raise Conflict(_("It is decided already."))
    version.state, version.reason = state, _clean(reason, must=not keep)
    version.decided_by, version.decided_at = by, timezone.now()
    version.save(update_fields=["state", "reason", "decided_by", "decided_at"])
    log_access(account=by, action="decide_programme", subject=f"programme:{programme}/{number}")
    return version


def item_of(programme: str, code: str) -> tuple[Version, Item]:
    """An item of the version in force. Raises ``NotFound``."""
    version = in_force(programme)
    item = version.said.item(code) if version else None
    if version is None or item is None:
        raise NotFound(_("There is no such item."))
    return version, item


def key_of(programme: str, item: str) -> str:
    """How an item is named across programmes, for addresses and files."""
    return f"{programme}.{item}"


def parts_of(key: str) -> tuple[str, str]:
    """The programme and the item of such a name. Raises ``NotFound``."""
    programme, dot, item = key.partition(".")
    if not dot:
        raise NotFound(_("There is no such item."))
    return programme, item


@atomic
def submit(*, key: str, file_id: int, note: str, by: Account) -> Milestone:
    """Bring a document, kept among the files of the item, as the proof of its milestone.

    Raises ``NotAllowed``; ``NotFound`` for a file that is not there; ``Conflict`` where a proof waits
    or was accepted already. The same document again changes nothing.
    """
    code, item_code = parts_of(key)
    version, item = item_of(code, item_code)
    policy.require_bringer(by, item)
    programme = Programme.objects.select_for_update().get(pk=version.programme_id)
    row = File.objects.filter(label=LABEL, key=key, pk=file_id, erased_at=None).first()
    if row is None:
        raise NotFound(_("There is no such file."))
    mine = Milestone.objects.filter(programme=programme, item=item.code)
    there = mine.exclude(verdict=Verdict.RETURNED).first()
    if there is not None:
        if there.file == row.pk and there.submitted_by_id == by.pk:
            return there
        raise Conflict(_("A proof of this item waits or was accepted already."))
    assert by.unit_id is not None
    milestone = Milestone(
        programme=programme,
        item=item.code,
        seq=(mine.aggregate(last=Max("seq"))["last"] or 0) + 1,
        file=row.pk,
        digest=row.sha256,
        note=_clean(note, must=False),
        unit_id=by.unit_id,
        submitted_by=by,
        submitted_at=timezone.now(),
    )
    milestone.save()
    for nudge in Nudge.objects.filter(programme=programme, item=item.code, cleared_at=None):
        nudge.cleared_at = milestone.submitted_at
        nudge.save(update_fields=["cleared_at"])
    return milestone


@atomic
def judge(*, key: str, seq: int, keep: bool, reason: str, by: Account) -> Milestone:
    """Accept a proof, by which its item is done, or send it back with the reason.

    Raises ``NotAllowed`` unless a second person of another unit; ``Conflict`` when it is decided, or
    the document is no longer the one that was brought.
    """
    require(by, Capability.APPROVE_PROGRAMME)
    code, item_code = parts_of(key)
    _version, item = item_of(code, item_code)
    rows = Milestone.objects.select_for_update().filter(programme__code=code, item=item.code)
    milestone = rows.filter(seq=seq).first()
    if milestone is None:
        raise NotFound(_("There is no such proof."))
    policy.require_acceptor(by, item, milestone)
    verdict = Verdict.APPROVED if keep else Verdict.RETURNED
    if milestone.verdict == verdict and milestone.decided_by_id == by.pk:
        return milestone
    if milestone.verdict != Verdict.SUBMITTED:
        raise Conflict(_("It is decided already."))
    kept = File.objects.filter(pk=milestone.file, erased_at=None, sha256=milestone.digest)
    if keep and not kept.exists():
        raise Conflict(_("The document is no longer the one that was brought."))
    milestone.verdict, milestone.reason = verdict, _clean(reason, must=not keep)
    milestone.decided_by, milestone.decided_at = by, timezone.now()
    milestone.save(update_fields=["verdict", "reason", "decided_by", "decided_at"])
    log_access(account=by, action="judge_milestone", subject=f"milestone:{key}/{seq}"[:64])
    return milestone


def _clean(said: str, *, must: bool) -> str:
    said = said.strip()
    if must and not said:
        raise Refusal(_("Give the reason."), field="reason")
    if len(said) > REASON:
        raise Refusal(
            _("Give the reason in at most %(most)s characters.") % {"most": REASON}, field="reason"
        )
    if mask_free_text(said) != said:
        raise Refusal(_("Leave out phone and identity numbers."), field="reason")
    return said
