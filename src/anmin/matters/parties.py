"""The parties of matters: how they are kept, found and shown. ``party_actions`` writes them.

A citizen is sealed as a contact is; whoever belongs to the house, and a unit, stand as what they
are. The entries of a matter hold numbers and keyed digests of its parties, never who they are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anmin.kernel import chain
from anmin.kernel.crypto import Unreadable
from anmin.kernel.errors import Refusal
from anmin.matters import conflict, policy
from anmin.matters.conflict import About
from anmin.matters.contacts import ContactFacts, in_brief
from anmin.matters.flow import Text
from anmin.matters.kind import Kind
from anmin.matters.models import Matter, Party
from anmin.matters.party_roles import PartyRole, Who
from anmin.matters.registry import all_kinds
from anmin.people.models import Account
from anmin.places.models import Unit


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """Who has a part: one of a citizen's contact, an account, or a unit."""

    role: str
    contact: ContactFacts | None = None
    account: Account | None = None
    unit: Unit | None = None

    @property
    def who(self) -> Who | None:
        """What the party is; nothing unless it is exactly one of the three."""
        given = {Who.CITIZEN: self.contact, Who.ACCOUNT: self.account, Who.UNIT: self.unit}
        named = [who for who, value in given.items() if value]
        return named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party as one reader sees it: a citizen masked, others by name."""

    number: int
    role: PartyRole
    name: str
    masked: bool
    since: datetime

    @property
    def label(self) -> Text:
        """The word for the part."""
        return self.role.label


@dataclass(slots=True)
class Named:
    """Parties made ready: their rows, not yet written, and what the entry keeps of them."""

    rows: list[Party] = field(default_factory=list)
    about: About = conflict.NOBODY

    @property
    def marks(self) -> dict[str, str | None]:
        """The marks by number, as the entry keeps them."""
        return {str(row.number): bytes(row.mark).hex() for row in self.rows}

    def keep(self, matter: Matter, at: datetime) -> None:
        """Write the rows of a matter that is there by now."""
        for row in self.rows:
            row.matter, row.since = matter, at
            row.save(force_insert=True)


def prepared(
    kind: Kind, number: str, parties: Sequence[PartyFacts], known: Iterable[Party] = ()
) -> Named:
    """Check parties against what the kind declares, and make them ready.

    Raises ``Refusal`` for a part that the kind lacks, one that is taken, or who cannot have it.
    """
    before = list(known)
    taken = [row.role for row in before if row.ended_at is None]
    first = max((row.number for row in before), default=0) + 1
    made = Named()
    for n, one in enumerate(parties, first):
        role = kind.party(one.role)
        if role is None:
            raise Refusal(_("There is no such part in this matter."), field="role", code="no_role")
        if one.who not in role.who:
            raise Refusal(
                _("Say who it is: %(role)s.") % {"role": role.label}, field="party", code="who"
            )
        taken.append(one.role)
        if taken.count(one.role) > role.most:
            raise Refusal(
                _("There is one already: %(role)s. Correct or end that first.")
                % {"role": role.label},
                field="role",
                code="taken",
            )
        made.rows.append(_row(one, role, number, n))
    concerned = [one for one, row in zip(parties, made.rows, strict=True) if row.concerned]
    made.about = About.of(
        [one.account for one in concerned if one.account],
        [one.unit for one in concerned if one.unit],
    )
    return made


def _row(one: PartyFacts, role: PartyRole, number: str, n: int) -> Party:
    unit_id = one.account.unit_id if one.account else one.unit.pk if one.unit else None
    account_id = one.account.pk if one.account else None
    ring, contact = settings.KEYRING, one.contact
    row = Party(
        number=n,
        role=one.role,
        concerned=role.concerned and contact is None,
        account_id=account_id,
        unit_id=unit_id,
        mark=mark(number, n, one.role, account_id, unit_id, contact),
    )
    if contact:
        row.sealed = ring.encrypt(orjson.dumps(contact.plain()), context=_context(number, n))
        if contact.phone:
            row.phone_index = ring.blind_index(contact.phone, purpose="phone")
    return row


def mark(
    number: str,
    n: int,
    role: str,
    account_id: int | None,
    unit_id: int | None,
    contact: ContactFacts | None,
) -> bytes:
    """The keyed digest of a party (16 bytes): nothing shows, nothing can be exchanged."""
    said = [number, n, role, account_id, unit_id, contact.plain() if contact else None]
    made: bytes = settings.KEYRING.mac(chain.canonical(said), purpose="party", size=16)
    return made


def opened(row: Party, number: str) -> ContactFacts | None:
    """The citizen behind a party. Callers log why: see ``party_actions.reveal_party``."""
    if row.sealed is None:
        return None
    plain = settings.KEYRING.decrypt(bytes(row.sealed), context=_context(number, row.number))
    return ContactFacts.of(orjson.loads(plain))


def citizens_of(matter: Matter, role: str) -> list[ContactFacts]:
    """The citizens who have a part now, for the house's own messages; nobody sees them."""
    rows = Party.objects.filter(matter=matter, role=role, ended_at=None).order_by("number")
    return [one for row in rows if (one := opened(row, matter.number)) is not None]


def holds(rows: Iterable[Party], number: str, told: Mapping[str, str | None]) -> bool:
    """Whether the parties of a matter are those that its entries tell."""
    standing: dict[str, str | None] = dict.fromkeys(told)
    for row in rows:
        try:
            contact = opened(row, number)
        except Unreadable:
            return False
        own = mark(number, row.number, row.role, row.account_id, row.unit_id, contact)
        if own != bytes(row.mark):
            return False
        if row.ended_at is None:
            standing[str(row.number)] = own.hex()
    return standing == dict(told)


def parties_of(account: Account, matter: Matter) -> list[PartyView]:
    """The parties that this reader learns of, in the order of the declaration.

    No query for a kind without parties. The caller has checked that the matter may be seen.
    """
    kind = matter.type
    shown = {one.code: one for one in kind.parties if one.shown_to(account.role)}
    if not shown:
        return []
    rows = Party.objects.filter(matter=matter, role__in=shown, ended_at=None)
    order = list(shown)
    found = sorted(
        rows.select_related("account", "unit"), key=lambda row: (order.index(row.role), row.number)
    )
    can_open = policy.may_reveal(account, matter)
    return [
        PartyView(
            row.number,
            shown[row.role],
            _name(row, matter.number, masked_too=can_open),
            row.sealed is not None,
            row.since,
        )
        for row in found
    ]


def hidden_numbers(account: Account, matter: Matter) -> frozenset[str]:
    """The numbers of the parties that this reader does not learn of, as entries name them."""
    hidden = [one.code for one in matter.type.parties if not one.shown_to(account.role)]
    if not hidden:
        return frozenset()
    rows = Party.objects.filter(matter=matter, role__in=hidden)
    return frozenset(str(number) for number in rows.values_list("number", flat=True))


def of_phones(account: Account, indexes: Sequence[bytes]) -> QuerySet[Party, int]:
    """The ids of matters in which somebody with one of these phones has a part that this reader
    learns of.
    """
    seen = Q(pk__in=())
    for kind in all_kinds():
        roles = [one.code for one in kind.parties if one.shown_to(account.role)]
        if roles:
            seen |= Q(matter__kind=kind.code, role__in=roles)
    rows = Party.objects.filter(seen, phone_index__in=indexes, ended_at=None)
    return rows.values_list("matter_id", flat=True)


def _name(row: Party, number: str, *, masked_too: bool) -> str:
    if row.sealed is not None:
        facts = opened(row, number)
        return in_brief(facts) if facts and masked_too else ""
    return str(row.account or row.unit or "")


def _context(number: str, n: int) -> bytes:
    return f"party:{number}:{n}".encode()
