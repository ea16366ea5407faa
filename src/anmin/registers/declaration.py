"""What a register is: one declaration that the room reads. Rooms above register theirs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from anmin.kernel.errors import NotFound
from anmin.matters.flow import Text
from anmin.matters.kind import Details
from anmin.people.models import Account
from anmin.registers.holders import Hand, Holder

if TYPE_CHECKING:
    from anmin.registers.models import Item


@dataclass(frozen=True)
class Standing:
    """A state of an item: its word, its tone on a page, and whether somebody here answers for it."""

    label: Text
    live: bool
    tone: str = "open"


@dataclass(frozen=True)
class Handing:
    """One sort of step with an item.

    It leads from one of the states ``source`` to ``target`` (empty: it stays). ``giver`` and
    ``taker`` say between what sorts of holders something goes over; both empty: nothing does.
    ``needs`` are facts that must be given, ``takes`` those that may; ``stamps`` takes the moment of
    the step, ``told`` asks for a note.
    """

    code: str
    source: tuple[str, ...]
    target: str
    label: Text
    giver: frozenset[Hand] = frozenset()
    taker: frozenset[Hand] = frozenset()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    stamps: str = ""
    told: bool = False

    @property
    def moves(self) -> bool:
        """Whether something changes hands."""
        return bool(self.taker)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A step as somebody wants to take it: what the policy of its register looks at.

    ``item`` is nothing while it is entered.
    """

    item: "Item | None"
    code: str
    unit_id: int
    giver: Holder | None
    taker: Holder | None
    amount: int


@dataclass(frozen=True)
class Register:
    """A sort of things that is kept account of.

    ``single``: there is one of each item, so it is whole in one hand. Otherwise an item is a stock,
    and holders have amounts of it. ``states`` is in the order of a usual life, the first is how an
    item is entered, out of the hands of ``source`` outside. ``require`` raises a ``Refusal`` unless
    this person may take this step: the room asks it before every write. ``outside`` are the words
    for who is outside.
    """

    code: str
    prefix: str
    label: Text
    details: type[Details]
    states: Mapping[str, Standing]
    steps: tuple[Handing, ...]
    asks: tuple[str, ...]
    source: str
    outside: Mapping[str, Text]
    require: Callable[[Account, Proposed], object]
    single: bool = True
    _by_code: Mapping[str, Handing] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a register whose parts do not fit each other."""
        codes = [one.code for one in self.steps]
        if len(set(codes)) != len(codes) or ENTER in codes:
            raise ValueError(f"{self.code}: steps are called {sorted(codes)}")
        facts = set(self.details.model_fields)
        for one in self.steps:
            if strange := {*one.source, one.target} - {*self.states, ""}:
                raise ValueError(f"{self.code}: {one.code} names states {sorted(strange)}")
            wanted = {*one.needs, *one.takes, *filter(None, [one.stamps])}
            if strange := wanted - facts:
                raise ValueError(f"{self.code}: {one.code} names facts {sorted(strange)}")
            if bool(one.giver) != bool(one.taker):
                raise ValueError(f"{self.code}: {one.code} goes from or to nobody")
            ended = [name for name in one.source if not self.states[name].live]
            if ended:
                raise ValueError(f"{self.code}: {one.code} goes on after the end {ended}")
            target = self.states.get(one.target)
            leaves = one.taker == {Hand.OUTSIDE}
            if self.single and one.moves and (target is None or target.live == leaves):
                raise ValueError(f"{self.code}: after {one.code} nobody knows who has it")
        if strange := set(self.asks) - facts:
            raise ValueError(f"{self.code}: entering asks {sorted(strange)}")
        if self.source not in self.outside:
            raise ValueError(f"{self.code}: things come from {self.source!r}, which is nobody")
        object.__setattr__(self, "_by_code", {one.code: one for one in self.steps})

    @property
    def start(self) -> str:
        """The state of what was just entered."""
        return next(iter(self.states))

    def step(self, code: str) -> Handing:
        """The step of that code. Raises ``NotFound``."""
        if (found := self._by_code.get(code)) is None:
            raise NotFound(f"there is no step {code!r}")
        return found


ENTER = "enter"
"""The step with which an item begins."""
_REGISTERS: dict[str, Register] = {}


def declare(register: Register) -> Register:
    """Make a register known. Two of one code or prefix stop the start."""
    taken = [one for one in _REGISTERS.values() if one.prefix == register.prefix]
    if taken or _REGISTERS.setdefault(register.code, register) is not register:
        raise ValueError(f"two registers are called {register.code!r} or {register.prefix!r}")
    return register


def register_of(code: str) -> Register:
    """The register of that code. Raises ``NotFound``."""
    if (found := _REGISTERS.get(code)) is None:
        raise NotFound(f"there is no register {code!r}")
    return found
