"""Stores and who keeps them."""

from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from anmin.people.models import Account
from anmin.people.policy import Capability, can, capability_table, require, unit_scope
from anmin.places.models import Unit
from anmin.places.queries import directory
from anmin.registers.models import Holding, Keeper, Store


@atomic
def open_store(*, code: str, name: str, name_en: str = "", unit: Unit, by: Account) -> Store:
    """Open a store of a unit. Raises ``NotAllowed``, ``Conflict`` for a code that exists."""
    _require(by, unit.pk)
    if not name.strip():
        raise Refusal(_("Give the store a name."), field="name")
    store, made = Store.objects.get_or_create(
        code=code, defaults={"name": name.strip(), "name_en": name_en.strip(), "unit": unit}
    )
    if not made and store.unit_id != unit.pk:
        raise Conflict(_("There is a store of that code already."), field="code")
    return store


@atomic
def close_store(*, code: str, by: Account) -> Store:
    """Close an empty store. Raises ``Conflict`` while something is there."""
    store = _held(code, by)
    if Holding.objects.filter(holder=f"store:{code}").exists():
        raise Conflict(_("Something is still kept there."))
    store.closed_at = store.closed_at or timezone.now()
    store.save(update_fields=["closed_at"])
    return store


@atomic
def name_keeper(*, code: str, account: Account, by: Account) -> Keeper:
    """Name somebody keeper of a store: one who may keep, and not oneself."""
    store = _held(code, by)
    if account.pk == by.pk:
        raise NotAllowed(_("Nobody names oneself keeper."), field="account")
    if not can(account, Capability.KEEP_ITEMS):
        raise NotAllowed(
            _("Who works on cases keeps nothing: choose somebody who does not."), field="account"
        )
    keeper, _made = Keeper.objects.get_or_create(
        store=store,
        account=account,
        ended_at=None,
        defaults={"named_by": by, "named_at": timezone.now()},
    )
    return keeper


@atomic
def end_keeper(*, code: str, account: Account, by: Account) -> None:
    """Somebody keeps a store no longer."""
    store = _held(code, by)
    now = timezone.now()
    for one in Keeper.objects.filter(store=store, account=account, ended_at=None):
        one.ended_at = now
        one.save(update_fields=["ended_at"])


def stores_kept_by(account: Account) -> list[Store]:
    """The stores that this person keeps now; nothing for who may not keep (any more)."""
    if not can(account, Capability.KEEP_ITEMS):
        return []
    kept = Keeper.objects.filter(account=account, ended_at=None, store__closed_at=None)
    return [one.store for one in kept.select_related("store").order_by("store__code")]


def keeps(account: Account, code: str) -> bool:
    """Whether this person keeps that store now."""
    return any(one.code == code for one in stores_kept_by(account))


def units_kept_for(account: Account) -> frozenset[int]:
    """The units whose things come to the stores that this person keeps: those below the stores' own."""
    places = directory()
    below = (places.units_below(one.unit_id) for one in stores_kept_by(account))
    return frozenset[int]().union(*below)


def keepers_of(store: Store) -> list[Account]:
    """Who keeps it now."""
    rows = Keeper.objects.filter(store=store, ended_at=None).select_related("account")
    return [one.account for one in rows.order_by("named_at")]


def may_be_named(by: Account) -> list[Account]:
    """Whom this person can name keeper: those whose role works on no case, of the own units."""
    roles = [role for role, held in capability_table().items() if Capability.KEEP_ITEMS in held]
    rows = Account.objects.filter(is_active=True, role__in=roles).exclude(pk=by.pk)
    return list(unit_scope(by).narrow(rows).order_by("display_name", "username"))


def open_stores() -> list[Store]:
    """All that are open."""
    return list(Store.objects.filter(closed_at=None).select_related("unit"))


def _held(code: str, by: Account) -> Store:
    store = Store.objects.select_for_update().filter(code=code).first()
    if store is None:
        raise NotFound(_("There is no such store."))
    _require(by, store.unit_id)
    return store


def _require(by: Account, unit_id: int) -> None:
    require(by, Capability.NAME_KEEPERS)
    if unit_id not in unit_scope(by):
        raise NotAllowed(_("This is the store of another unit."))
