"""Who may use which column profile, and the source of records that a profile of one's own has."""

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from anmin.exchange.models import ProfileUse
from anmin.exchange.profile import Profile
from anmin.exchange.profiles import Listed, list_profiles, named_profile, read_profile
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters.bringing import OWN
from anmin.matters.kind import Kind
from anmin.matters.registry import in_turn, kind_of
from anmin.people.policy import Capability, can
from anmin.places.queries import directory

if TYPE_CHECKING:
    from anmin.people.models import Account

HOUSE_SOURCES = frozenset({"desk", "callback"})
"""Sources of what is opened here, whose keys no file may meet."""


def usable_profiles(account: "Account") -> list[Listed]:
    """The profiles that this person may use, by name."""
    uses = _uses()
    return [one for one in list_profiles() if _may(account, one, uses.get(one.name, []))]


def usable_profile(account: "Account", name: str) -> Profile:
    """The profile of exactly that name.

    Raises ``NotFound``, or ``NotAllowed`` for a profile that is not this person's to use.
    """
    path = named_profile(name)
    listed = next((one for one in list_profiles() if one.name == name), None)
    if listed is None:
        return read_profile(path)  # raises: it cannot be read
    if not _may(account, listed, _uses().get(name, [])):
        raise NotAllowed(
            _("The column profile “%(name)s” is not yours to use. An administrator assigns it.")
            % {"name": name},
            field="profile",
        )
    return read_profile(path)


def require_kind(account: "Account", code: str) -> None:
    """Refuse somebody who may bring no matters of that kind.

    Whoever takes in the city's records may bring every kind that is not kept from them; everybody
    else those that they open by hand. Raises ``NotAllowed``.
    """
    if not _may_bring(account, code):
        raise NotAllowed(
            _("Your role brings no matters of the kind “%(kind)s”.")
            % {"kind": kind_of(code).label},
            field="profile",
        )


def kinds_brought(account: "Account") -> list[Kind]:
    """The kinds whose files this person may bring, in the order in which they are offered."""
    return [one for one in in_turn() if one.importable and _may_bring(account, one.code)]


def _may_bring(account: "Account", code: str) -> bool:
    kind = kind_of(code)
    if kind.seals and account.role != kind.seals:
        return False
    whole = can(account, Capability.IMPORT_CITY) or can(account, Capability.MANAGE_REFERENCE)
    return whole or account.role in kind.opened_by


def own_source(account: "Account", header: Sequence[str]) -> str:
    """The source of the records of a profile that this person's unit drew up for such files.

    It is told by the unit and the columns: the same kind of file has the same one again, and no
    other profile's records can meet it.
    """
    columns = "\x1f".join(cell.strip().casefold() for cell in header)
    whose = f"u{account.unit_id}" if account.unit_id else f"a{account.pk}"
    return f"{OWN}{whose}-{hashlib.sha256(columns.encode()).hexdigest()[:16]}"


def require_own_source(profile: Profile) -> None:
    """Refuse a profile whose source belongs to another profile, or to the house."""
    owner = ""
    if profile.source in HOUSE_SOURCES or profile.source.startswith(OWN):
        owner = _("the house itself")
    for one in list_profiles():
        if one.source == profile.source and one.name != profile.name:
            owner = f"“{one.name}”"
    if owner:
        raise Refusal(
            _("The source “%(source)s” belongs to %(owner)s. Give the profile one of its own.")
            % {"source": profile.source, "owner": owner},
            field="profile",
        )


def _uses() -> dict[str, list[ProfileUse]]:
    found: dict[str, list[ProfileUse]] = {}
    for use in ProfileUse.objects.all():
        found.setdefault(use.profile, []).append(use)
    return found


def _may(account: "Account", listed: Listed, uses: Sequence[ProfileUse]) -> bool:
    if not _may_bring(account, listed.kind):
        return False
    if can(account, Capability.MANAGE_REFERENCE):
        return True
    if not uses:
        return account.role in listed.roles or can(account, Capability.IMPORT_CITY)
    return any(
        use.account_id == account.pk
        or use.role == account.role
        or (
            use.unit_id is not None
            and account.unit_id is not None
            and account.unit_id in directory().units_below(use.unit_id)
        )
        for use in uses
    )
