"""How a matter moves: states are data, and every state stands for one of six stages."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anmin.matters.facts import MatterFacts
from anmin.matters.outcome import Outcome
from anmin.matters.tells import Tell

Text = str | Promise
Guard = Callable[[MatterFacts], Text | None]
"""Why a step may not be taken with the matter as it is and what is given; nothing if it may."""


class Stage(StrEnum):
    """What everything outside a kind asks of a state."""

    OPEN = "open"
    WORKING = "working"
    WAITING = "waiting"
    DONE = "done"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    VOID = "void"

    @property
    def live(self) -> bool:
        """Someone still owes something."""
        return self in LIVE


LIVE = frozenset({Stage.OPEN, Stage.WORKING, Stage.WAITING})

STAGE_LABELS: Mapping[Stage, Text] = {
    Stage.OPEN: _("Open"),
    Stage.WORKING: _("In hand"),
    Stage.WAITING: _("Waiting"),
    Stage.DONE: _("Done"),
    Stage.DECLINED: _("Declined"),
    Stage.WITHDRAWN: _("Withdrawn"),
    Stage.VOID: _("Void"),
}


@dataclass(frozen=True)
class State:
    """One state of a kind: its stage and the word people see; ``said`` is the citizen's, if another."""

    stage: Stage
    label: Text
    said: Text = ""

    @property
    def outside(self) -> Text:
        """The word for people outside of the house."""
        return self.said or self.label


YOURS = _("Waiting for your answer")
"""What the citizen is told of a state that waits for him or her."""
VOID = "void"
"""The state of what was never so: an import that opened it was undone. No flow has it or leaves it,
and such a matter stands in no list and counts in no figure."""
MERGED = "merged"
"""The state of what goes on as part of another matter (``merging``)."""
_ANY: Mapping[str, State] = {
    VOID: State(Stage.VOID, _("Void: the import was undone")),
    MERGED: State(
        Stage.WITHDRAWN, _("Merged with another matter"), _("Handled together with another report")
    ),
}
"""States that matters of every kind may come to; no flow has them."""


CITIZENS = frozenset({"citizen"})
"""Who follows a matter by its code, for the roles of a step."""
GO_ON = _("Say what is still missing. You can ask for this until {last}.")
"""What stands beside the step by which a citizen lets an ended matter go on."""


@dataclass(frozen=True)
class Approval:
    """Who else must agree to a step, and the rule by which a request for it lapses unanswered."""

    by: frozenset[str]
    lapses: str = "approval.lapses"


@dataclass(frozen=True)
class Rewarding:
    """A step that grants a reward without a name: the fact with the amount, and the rule by which the
    time to fetch it ends."""

    amount: str
    claim: str


@dataclass(frozen=True)
class Move:
    """One edge of a flow.

    ``target`` empty: the matter stays in its state. ``needs`` names what must be given: fields of
    the kind's details, or ``note``; ``takes`` what may be; anything else is refused. ``sets`` are
    details that the step itself fixes, or takes away (None). ``stamps`` names a details field that takes the moment of
    the move. ``when`` look at the matter as it is: where one says why not, the step is not offered, and
    refused. ``guards`` look at it with what is given and say why not, or nothing.
    ``extends`` names the clock that it extends, ``gives_up`` the one that ends by it unmet: a promise
    that is given up is broken, on the page and in every figure. ``approval``: it is asked for, and taken when
    another person agrees. ``within`` is the rule by which the time for it ends, counted from when
    the matter ended (a review, a reopening), or from the day or moment that the fact ``since`` tells
    (the delivery of a written reply); it has no end before that is on record.
    ``explains`` tells the citizen beside the step what it is and, where there is a ``within``, until
    when (``{last}``, the last day).
    ``outcomes`` are what may have become of a matter that it ends: one is fixed by the step, of
    several the input ``outcome`` says which. ``tells`` are its messages, to whoever reported it or to a party.
    ``by`` may name the citizen (``CITIZENS``), who gives the note as the reason, unless the step is
    ``unexplained``: a consent is given and taken back without one. ``children_done``:
    the house takes it when the last child has ended.
    ``signs`` names a details field that takes the name of the office which has the matter. ``told_by``
    names the fact that says how the citizen was told by other means than a message: needed where no
    message reaches him, for then the step is not told, and it is the telling that the law times.
    ``asks`` marks a move that sends the citizen a question and waits for the answer, and
    ``replies`` the one that the answer itself makes. ``unlike`` names steps (``open``: the opening):
    nobody who took one of them takes this one, and nobody of the unit that has the matter.
    ``unsealing``: the house takes it when the holders of the key open what is sealed. ``rewards``: it
    grants a reward to whoever confided the matter.
    ``unnamed_by`` are who alone take it where
    the unit must not learn whose matter led to this one (a sealed cause); then it is no debt of
    the unit.
    """

    code: str
    source: str | tuple[str, ...]
    target: str
    label: Text
    by: frozenset[str] = frozenset()
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    stamps: str | None = None
    signs: str = ""
    told_by: str = ""
    when: tuple[Guard, ...] = ()
    guards: tuple[Guard, ...] = ()
    extends: str = ""
    gives_up: str = ""
    approval: Approval | None = None
    within: str = ""
    since: str = ""
    explains: Text = ""
    outcomes: tuple[Outcome, ...] = ()
    tells: tuple[Tell, ...] = ()
    children_done: bool = False
    unexplained: bool = False
    public: bool = True
    asks: bool = False
    replies: bool = False
    unlike: tuple[str, ...] = ()
    unsealing: bool = False
    rewards: Rewarding | None = None
    unnamed_by: frozenset[str] = frozenset()

    @property
    def sources(self) -> tuple[str, ...]:
        """The states that the move may start from."""
        return (self.source,) if isinstance(self.source, str) else self.source

    def to(self, state: str) -> str:
        """The state in which the move leaves a matter that is in ``state``."""
        return self.target or state

    @property
    def by_citizen(self) -> bool:
        """Whether the citizen may take it."""
        return self.by >= CITIZENS

    @property
    def targets(self) -> tuple[str, ...]:
        """The states in which the move may end."""
        return (self.target,) if self.target else self.sources


@dataclass(frozen=True)
class Flow:
    """The states of a kind, in the order of a usual life, and the moves between them."""

    start: str
    states: Mapping[str, State]
    moves: tuple[Move, ...]
    _by_code: Mapping[str, Move] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Refuse a flow that cannot be lived: unknown states, dead ends, unreachable states."""
        codes = [move.code for move in self.moves]
        if len(codes) != len(set(codes)):
            raise ValueError(f"a flow names a move twice: {sorted(codes)}")
        named = {self.start} | {s for m in self.moves for s in (*m.sources, *m.targets)}
        if taken := set(self.states) & set(_ANY):
            raise ValueError(f"a flow has states of every kind: {sorted(taken)}")
        if unknown := named - set(self.states):
            raise ValueError(f"a flow names states it does not have: {sorted(unknown)}")
        if lost := set(self.states) - self.reachable(self.start):
            raise ValueError(f"states that nothing reaches: {sorted(lost)}")
        for state in self.states:
            if not any(not self.states[s].stage.live for s in self.reachable(state)):
                raise ValueError(f"a matter in state {state!r} could never end")
        for move in self.moves:
            if move.outcomes and any(self.states[one].stage.live for one in move.targets):
                raise ValueError(f"{move.code} says what became of what goes on")
            if move.by_citizen and {*move.needs, *move.takes} - {"note"}:
                raise ValueError(f"{move.code} needs of the citizen more than the reason")
        object.__setattr__(self, "_by_code", {move.code: move for move in self.moves})

    def reachable(self, state: str) -> set[str]:
        """Every state that can follow ``state``, itself included. O(states × moves)."""
        found, edge = {state}, {state}
        while edge:
            edge = {m.to(s) for m in self.moves for s in edge & set(m.sources)} - found
            found |= edge
        return found

    def stage(self, state: str) -> Stage:
        """The stage that a state stands for."""
        return self.state(state).stage

    def state(self, code: str) -> State:
        """The state of that code."""
        return _ANY.get(code) or self.states[code]

    def rank(self, state: str) -> int:
        """How far along a usual life the state is; later observations never move backwards."""
        return list(self.states).index(state)

    def move(self, code: str) -> Move | None:
        """The move of that code, if the flow has it."""
        return self._by_code.get(code)

    def moves_from(self, state: str) -> Iterable[Move]:
        """The moves that may start in ``state``, in the order they were declared."""
        return (move for move in self.moves if state in move.sources)

    def asks_citizen(self, state: str) -> bool:
        """Whether a matter in that state waits for the citizen's answer, and for nobody else's."""
        return any(move.asks and state in move.targets for move in self.moves)

    def live_states(self) -> list[str]:
        """The states in which someone still owes something."""
        return [code for code, state in self.states.items() if state.stage.live]
