"""The one door to a register: enter an item, take a step with it, name the keepers of stores.

Each step asks the policy of its register, and changes row, holdings and history in one transaction.
What goes over leaves one hand and comes into another: nothing appears, is lost, or is in two.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from anmin.evidence.log import atomic
from anmin.kernel.errors import Conflict, NotFound, Refusal
from anmin.matters.models import Matter
from anmin.matters.numbers import take_numbers
from anmin.people.models import Account
from anmin.places.models import Area, Unit
from anmin.registers.declaration import ENTER, Handing, Proposed, Register, register_of
from anmin.registers.holders import Hand, Holder, outside
from anmin.registers.models import Holding, Item, Step, Store

NOTE = 1000
"""Characters of a note."""
CLOCKS_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Given:
    """What comes with a step: facts, a note, when it happened (now, unless told), how much."""

    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""
    at: datetime | None = None
    amount: int = 1


@atomic
def enter(
    *,
    register: str,
    by: Account,
    unit: Unit,
    to: Holder,
    given: Given,
    key: str,
    area: Area | None = None,
    matter: Matter | None = None,
) -> Item:
    """Enter an item, in the hands of ``to``. ``key`` makes it safe to repeat.

    Raises ``NotAllowed`` by the policy of the register, ``Refusal`` for facts that are missing or wrong.
    """
    declared = register_of(register)
    amount = _amount(declared, given.amount)
    source = outside(declared.source)
    declared.require(by, Proposed(None, ENTER, unit.pk, source, to, amount))
    if (known := _before(register, key, by, ENTER)) is not None:
        return known
    _require_holder(to)
    facts = _clean(declared, given.facts)
    if missing := [name for name in declared.asks if name not in facts]:
        raise Refusal(_("Please fill this in."), field=missing[0], code="missing")
    now = timezone.now()
    at = _moment(given.at, now)
    number = next(take_numbers(declared.prefix, timezone.localtime(at).year))
    item = Item(
        register=register,
        number=number,
        state=declared.start,
        unit=unit,
        area=area,
        matter=matter,
        details=facts,
        entered_at=at,
    )
    item.save()
    Holding.objects.create(item=item, holder=str(to), amount=amount)
    _write(item, ENTER, by, (source, to, amount), given, facts, (at, now), key)
    return item


@atomic
def take_step(
    *,
    item_id: int,
    code: str,
    by: Account,
    version: int,
    key: str,
    given: Given | None = None,
    giver: Holder | None = None,
    taker: Holder | None = None,
) -> Item:
    """Take one step with an item. The giver of a single item is whoever has it.

    Raises ``NotAllowed`` by the policy of the register, ``Conflict`` when somebody was faster or the
    giver has less than that, ``Refusal`` for what is missing or wrong. Then nothing has changed.
    """
    given = given or Given()
    item = Item.objects.select_for_update().filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such item."))
    declared, step = item.type, item.type.step(code)
    holdings = {one.holder: one for one in Holding.objects.filter(item=item)}
    if step.moves and declared.single:
        giver = giver or next((one.who for one in holdings.values()), None)
    amount = _amount(declared, given.amount) if step.moves else 0
    proposed = Proposed(item, code, item.unit_id, giver, taker, amount)
    declared.require(by, proposed)
    if (known := _before(item.register, key, by, code, item)) is not None:
        return known
    if item.version != version:
        raise Conflict(_("Somebody was faster: this item has moved on. Look at it again."))
    if item.state not in step.source:
        raise Conflict(_("This cannot be done now: %(status)s.") % {"status": item.standing.label})
    facts = _given_facts(item, step, given)
    now = timezone.now()
    at = _moment(given.at, now, after=_last(item))
    if step.stamps:
        facts[step.stamps] = at.isoformat()
    if step.moves:
        _hand_over(item, step, holdings, giver, taker, amount)
    item.details = _clean(declared, {**item.details, **facts})
    facts = {name: item.details[name] for name in facts if name in item.details}
    item.state = step.target or item.state
    item.ended_at = None if item.standing.live else at
    item.version += 1
    item.save(update_fields=["details", "state", "ended_at", "version"])
    went = (giver, taker, amount) if step.moves else (None, None, 0)
    _write(item, code, by, went, given, facts, (at, now), key)
    return item


def _hand_over(
    item: Item,
    step: Handing,
    holdings: Mapping[str, Holding],
    giver: Holder | None,
    taker: Holder | None,
    amount: int,
) -> None:
    """Out of one hand, into another."""
    if giver is None or giver.hand not in step.giver:
        raise Conflict(_("This cannot be given by whoever has it now."))
    if taker is None or taker.hand not in step.taker:
        raise Refusal(_("Say who takes it."), field="taker")
    if giver == taker:
        raise Refusal(_("It is there already."), field="taker")
    _require_holder(taker)
    if giver.counted:
        held = holdings.get(str(giver))
        if held is None or held.amount < amount:
            raise Conflict(_("There is not so much of it there."), field="amount")
        if held.amount == amount:
            held.delete()
        else:
            held.amount -= amount
            held.save(update_fields=["amount"])
    if taker.counted:
        has = holdings.get(str(taker))
        if has is None:
            Holding.objects.create(item=item, holder=str(taker), amount=amount)
        else:
            has.amount += amount
            has.save(update_fields=["amount"])


def _amount(register: Register, amount: int) -> int:
    """How much goes over: one of a single item, else at least one."""
    if register.single:
        return 1
    if not 0 < amount <= 1_000_000:
        raise Refusal(_("Give a number from 1 to 1,000,000."), field="amount")
    return amount


def _require_holder(holder: Holder) -> None:
    """Whoever takes something is there to answer for it."""
    match holder.hand:
        case Hand.PERSON:
            there = Account.objects.filter(username=holder.code, is_active=True).exists()
        case Hand.STORE:
            there = Store.objects.filter(code=holder.code, closed_at=None).exists()
        case _:
            there = True
    if not there:
        raise Refusal(_("There is nobody of that name to take it."), field="taker")


def _given_facts(item: Item, step: Handing, given: Given) -> dict[str, Any]:
    """What a step brings: no more than it takes, no less than it needs."""
    facts = {name: value for name, value in given.facts.items() if value not in (None, "", [])}
    if strange := set(facts) - {*step.needs, *step.takes}:
        raise Refusal(_("This step does not take that."), field=min(strange))
    if missing := [name for name in step.needs if name not in facts]:
        raise Refusal(_("Please fill this in."), field=missing[0], code="missing")
    if step.told and not given.note.strip():
        raise Refusal(_("Give the reason."), field="note")
    if len(given.note) > NOTE:
        told = _("Give the reason in at most %(most)s characters.") % {"most": NOTE}
        raise Refusal(told, field="note")
    return facts


def _clean(register: Register, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON keeps them, checked; blanks are left out."""
    try:
        model = register.details.model_validate(facts)
    except ValidationError as problem:
        first = problem.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or None
        raise Refusal(first["msg"], field=name, code="bad_details") from None
    kept: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
    return {name: value for name, value in kept.items() if value not in ("", [])}


def _moment(at: datetime | None, now: datetime, after: datetime | None = None) -> datetime:
    """When it happened: not in the future, and not before the step that came before."""
    if at is None:
        return now
    if at > now + CLOCKS_DIFFER:
        raise Refusal(_("This lies in the future."), field="at")
    if after is not None and at < after:
        raise Refusal(_("The step before happened later than that."), field="at")
    return at


def _last(item: Item) -> datetime | None:
    at: datetime | None = (
        Step.objects.filter(item=item).order_by("-seq").values_list("at", flat=True).first()
    )
    return at


def _before(
    register: str, key: str, by: Account, code: str, item: Item | None = None
) -> Item | None:
    """The item of a step that was taken with this key already. Another's key is refused."""
    known = Step.objects.filter(key=f"{register}:{key}"[:96]).select_related("item").first()
    if known is None:
        return None
    same = (known.actor_id, known.code) == (by.pk, code)
    if not same or (item is not None and known.item_id != item.pk):
        raise Conflict(_("This was sent before, as something else."))
    return known.item


def _write(
    item: Item,
    code: str,
    by: Account,
    went: tuple[Holder | None, Holder | None, int],
    given: Given,
    facts: Mapping[str, Any],
    moments: tuple[datetime, datetime],
    key: str,
) -> Step:
    giver, taker, amount = went
    return Step.objects.create(
        item=item,
        seq=item.version,
        at=moments[0],
        recorded_at=moments[1],
        actor=by,
        code=code,
        state=item.state,
        giver=str(giver or ""),
        taker=str(taker or ""),
        amount=amount,
        facts=dict(facts),
        note=given.note.strip(),
        key=f"{item.register}:{key}"[:96],
    )
