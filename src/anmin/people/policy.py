"""The one place that says what a role may do.

The table itself is data that an official can read and review: ``capabilities.csv`` (which role
may do what) and ``roles.csv`` (how far a role sees, whether it must use a second
factor, and how long its sessions last).
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Protocol

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anmin.kernel.errors import NotAllowed
from anmin.people.roles import Role
from anmin.places.queries import directory

FOLDER = Path(__file__).parent


class Somebody(Protocol):
    """Whoever asks: an account, as far as the policy looks at one."""

    @property
    def is_active(self) -> bool: ...
    @property
    def role(self) -> str: ...
    @property
    def unit_id(self) -> int | None: ...


class Capability(StrEnum):
    """Something that a role may do or may not."""

    VIEW_MATTERS = "view_matters"
    NOTE_MATTERS = "note_matters"
    ASSIGN_MATTERS = "assign_matters"
    REVEAL_CONTACT = "reveal_contact"
    SEARCH_PHONE = "search_phone"
    HOLD_MATTERS = "hold_matters"
    PAY_REWARDS = "pay_rewards"
    WORK_ORDERS = "work_orders"
    IMPORT_RECORDS = "import_records"
    IMPORT_CITY = "import_city"
    EXPORT_RECORDS = "export_records"
    VIEW_CALLBACKS = "view_callbacks"
    WORK_CALLBACKS = "work_callbacks"
    PLAN_CALLBACKS = "plan_callbacks"
    VIEW_ANSWERS = "view_answers"
    CHECK_CALLBACKS = "check_callbacks"
    TYPE_NUMBERS = "type_numbers"
    VIEW_SURVEYS = "view_surveys"
    WORK_SURVEYS = "work_surveys"
    PLAN_SURVEYS = "plan_surveys"
    VIEW_DAY = "view_day"
    CLOSE_DAY = "close_day"
    VIEW_FIGURES = "view_figures"
    VIEW_WATCH = "view_watch"
    PROPOSE_LISTING = "propose_listing"
    DECIDE_LISTING = "decide_listing"
    VIEW_PUBLICATIONS = "view_publications"
    DRAFT_PUBLICATIONS = "draft_publications"
    APPROVE_PUBLICATIONS = "approve_publications"
    SIGN_PUBLICATIONS = "sign_publications"
    VIEW_PROPERTY = "view_property"
    ENTER_PROPERTY = "enter_property"
    KEEP_ITEMS = "keep_items"
    NAME_KEEPERS = "name_keepers"
    DECIDE_PROPERTY = "decide_property"
    VIEW_PROGRAMME = "view_programme"
    EDIT_PROGRAMME = "edit_programme"
    APPROVE_PROGRAMME = "approve_programme"
    ROSTER_DUTY = "roster_duty"
    VIEW_ACCESS_LOG = "view_access_log"
    MANAGE_ACCOUNTS = "manage_accounts"
    CONFIRM_ACCOUNTS = "confirm_accounts"
    MANAGE_REFERENCE = "manage_reference"


SHOWS_CONTACTS = frozenset({Capability.REVEAL_CONTACT, Capability.SEARCH_PHONE})
"""What must never be open to a role that signs in with a password alone."""


class Reach(StrEnum):
    """How far a role sees.

    ``BODY``: the own unit, too, which is a body outside the police, and there alone.
    """

    EVERYTHING = "everything"
    UNIT = "unit"
    BODY = "body"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RoleRule:
    """How far one role sees, whether it needs a second factor, and how long a session lasts.

    A session ends after ``idle`` without anything done, and after ``longest`` whatever is done.
    """

    reach: Reach
    second_factor: bool
    idle: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Scope:
    """The units whose records somebody may see: all of them, or those listed."""

    everything: bool = False
    unit_ids: frozenset[int] = frozenset()

    def __contains__(self, unit_id: object) -> bool:
        return self.everything or unit_id in self.unit_ids

    def narrow[Q: QuerySet[object]](self, rows: Q, field: str = "unit_id") -> Q:  # type: ignore[type-var]
        """The rows whose unit is in scope; ``field`` is the look-up that gives the unit's id."""
        return rows if self.everything else rows.filter(**{f"{field}__in": self.unit_ids})


@cache
def capability_table() -> dict[Role, frozenset[Capability]]:
    """What each role may do, from ``capabilities.csv``.

    Raises ``ValueError`` if the file and the names in the program do not agree.
    """
    rows = _rows("capabilities.csv")
    _same("capabilities.csv", (row["capability"] for row in rows), Capability)
    for row in rows:
        _same("the header of capabilities.csv", set(row) - {"capability", "说明"}, Role)
        if wrong := set(row.values()) - {"yes", "", row["capability"], row["说明"]}:
            raise ValueError(f"capabilities.csv: cells are 'yes' or empty, not {sorted(wrong)}")
    return {
        role: frozenset(Capability(row["capability"]) for row in rows if row[role] == "yes")
        for role in Role
    }


@cache
def role_table() -> dict[Role, RoleRule]:
    """How far each role sees, from ``roles.csv``.

    Raises ``ValueError`` if the file and the names in the program do not agree, or if a role
    that sees contact details would get by without a second factor.
    """
    rows = _rows("roles.csv")
    _same("roles.csv", (row["role"] for row in rows), Role)
    table = {}
    for row in rows:
        if row["second_factor"] not in {"yes", "no"}:
            raise ValueError(f"roles.csv: second_factor of {row['role']} must be yes or no")
        role = Role(row["role"])
        rule = RoleRule(
            Reach(row["scope"]),
            row["second_factor"] == "yes",
            timedelta(minutes=_length(row, "idle_minutes", most=24 * 60)),
            timedelta(hours=_length(row, "longest_hours", most=24)),
        )
        if rule.idle > rule.longest:
            raise ValueError(f"roles.csv: {role} would be idle for longer than a session lasts")
        if capability_table()[role] & SHOWS_CONTACTS and not rule.second_factor:
            raise ValueError(f"roles.csv: {role} sees contact details and needs a second factor")
        table[role] = rule
    return table


def capabilities_of(account: Somebody | AnonymousUser | None) -> frozenset[Capability]:
    """Everything that this person may do; nothing for who is not, or no longer, one of us."""
    if account is None or isinstance(account, AnonymousUser) or not works(account):
        return frozenset()
    return capability_table()[Role(account.role)]


def works(account: Somebody) -> bool:
    """Whether an account can be worked with: switched on, and in a unit if its role needs one.

    Whoever sees one unit's records sees nothing without a unit, or in one that is out of service.
    A partner works in a body outside the police, and nobody else does.
    """
    if not account.is_active:
        return False
    reach = role_table()[Role(account.role)].reach
    if account.unit_id is None:
        return reach not in (Reach.UNIT, Reach.BODY)
    known = directory()
    if (account.unit_id in known.outside) != (reach == Reach.BODY):
        return False
    return reach not in (Reach.UNIT, Reach.BODY) or account.unit_id not in known.closed_units


def can(account: Somebody | AnonymousUser | None, capability: Capability) -> bool:
    """Whether this person may do this at all; where, is ``unit_scope``'s question."""
    return capability in capabilities_of(account)


def require(account: Somebody | AnonymousUser | None, capability: Capability) -> None:
    """Raise ``NotAllowed`` unless this person may do this."""
    if not can(account, capability):
        raise NotAllowed(_("You may not do this."))


def unit_scope(account: Somebody | None) -> Scope:
    """The units whose records this person may see: their role's reach, from their own unit down."""
    if account is None or not works(account):
        return Scope()
    match role_table()[Role(account.role)].reach:
        case Reach.EVERYTHING:
            return Scope(everything=True)
        case Reach.UNIT | Reach.BODY if account.unit_id is not None:
            return Scope(unit_ids=directory().units_below(account.unit_id))
        case _:
            return Scope()


@cache
def rated_roles() -> frozenset[Role]:
    """The roles whose own unit is rated: they reach no further than it, and it is of the police."""
    return frozenset(role for role, rule in role_table().items() if rule.reach == Reach.UNIT)


def is_rated(account: Somebody) -> bool:
    """Whether this person's own unit is rated: the role reaches no further than it."""
    return Role(account.role) in rated_roles()


def needs_second_factor(account: Somebody) -> bool:
    """Whether this person's role must not sign in with a password alone."""
    return role_table()[Role(account.role)].second_factor


def _length(row: dict[str, str], column: str, *, most: int) -> int:
    given = row[column]
    if not given.isdecimal() or not 1 <= int(given) <= most:
        raise ValueError(f"roles.csv: {column} of {row['role']} must be from 1 to {most}")
    return int(given)


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def _same(where: str, found: Iterable[str], wanted: type[StrEnum]) -> None:
    listed, names = sorted(found), sorted(wanted)
    if listed != names:
        odd = sorted(set(listed) ^ set(names)) or "a line twice"
        raise ValueError(f"{where} and {wanted.__name__} do not agree: {odd}")
