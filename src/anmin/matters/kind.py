"""What a kind of matter is: one declaration that the whole house reads."""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from anmin.kernel.errors import Refusal
from anmin.matters.board import Board as Board
from anmin.matters.by_citizen import ByCitizen as ByCitizen
from anmin.matters.by_citizen import check_citizens
from anmin.matters.clock import Clock
from anmin.matters.confided import Confided as Confided
from anmin.matters.data_rights import DataRights as DataRights
from anmin.matters.flow import Flow, Guard, Text
from anmin.matters.kind_figure import Figure as Figure
from anmin.matters.outside import Public as Public
from anmin.matters.outside import Retention as Retention
from anmin.matters.owning import Bodies
from anmin.matters.party_roles import PartyRole, Who, check_parties
from anmin.matters.penal import Penalty as Penalty
from anmin.matters.public_answer import PublicAnswer as PublicAnswer
from anmin.matters.tells import GIVEN_ONCE, WORDS, Tell
from anmin.people.roles import Role
from anmin.places.models import Area, Unit


def fact(
    title: Text,
    default: Any = None,
    *,
    longest: int | None = None,
    personal: bool = False,
    told: bool = False,
    factory: Callable[[], Any] | None = None,
    terms: str = "",
    seen_by: AbstractSet[str] = frozenset(),
    sealed: bool = False,
    answers: bool = False,
) -> Any:
    """One fact of a kind's details: its title for people, whether it may be personal data, whether
    it is a text that the citizen receives, the word list whose codes it holds (a face shows
    the words), the roles that see it (empty: all who see the matter), and whether it is sealed as
    it comes in, so that the house cannot read it (``sealed``); such a one may be for whoever confided
    the matter as well (``answers``).
    """
    said: dict[str, Any] = {
        # pydantic wants a plain string, but a lazy one does, and is translated when shown.
        "title": title,
        "max_length": longest,
        "json_schema_extra": {
            "personal": personal,
            "told": told,
            "terms": terms,
            "seen_by": sorted(seen_by),
            "sealed": sealed,
            "answers": answers,
        },
    }
    return Field(default_factory=factory, **said) if factory else Field(default, **said)


class Details(BaseModel):
    """The typed facts of one kind; gives its form, its API schema, its export and lake columns.

    A field that may hold personal data says so and can never be public: see ``fact``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def personal_fields(cls) -> AbstractSet[str]:
        """The fields that may hold personal data."""
        return cls._marked("personal")

    @classmethod
    def told_fields(cls) -> AbstractSet[str]:
        """The fields whose text the citizen receives, word for word."""
        return cls._marked("told")

    @classmethod
    def limited_fields(cls) -> AbstractSet[str]:
        """The fields that not everybody sees who sees the matter."""
        return cls._marked("seen_by")

    @classmethod
    def sealed_fields(cls) -> AbstractSet[str]:
        """The fields that are sealed as they come in, and stand in no details."""
        return cls._marked("sealed")

    @classmethod
    def answer_fields(cls) -> AbstractSet[str]:
        """The sealed fields that whoever confided the matter reads, too."""
        return cls._marked("answers")

    @classmethod
    def hidden_from(cls, role: str) -> AbstractSet[str]:
        """The fields that this role does not see."""
        return {
            name
            for name in cls.limited_fields()
            if role not in cls._said_of(name).get("seen_by", ())
        }

    @classmethod
    @cache
    def _marked(cls, mark: str) -> AbstractSet[str]:
        return frozenset(name for name in cls.model_fields if cls._said_of(name).get(mark))

    @classmethod
    def _said_of(cls, name: str) -> Mapping[str, Any]:
        """What the declaration of a field says besides its type."""
        said = cls.model_fields[name].json_schema_extra
        return said if isinstance(said, dict) else {}


@dataclass(frozen=True)
class FollowUp:
    """Whom to call back when the matter enters one of ``after``, and with which script.

    ``about`` is the relation to the matter the citizen knows: a rectification is followed up
    with the citizen of the matter that caused it. ``lacks`` names facts by which a citizen would
    not be called and that this kind cannot have: said, so that none is passed by in silence.
    ``scripts_after`` names states that are asked about with a script of their own.
    """

    after: str | tuple[str, ...]
    script: str
    round: int = 1
    about: str | None = None
    lacks: frozenset[str] = frozenset()
    scripts_after: tuple[tuple[str, str], ...] = ()

    @property
    def states(self) -> tuple[str, ...]:
        """The states that are followed up."""
        return (self.after,) if isinstance(self.after, str) else self.after

    @property
    def scripts(self) -> tuple[str, ...]:
        """Every script that citizens are asked with."""
        return (self.script, *(script for _state, script in self.scripts_after))

    def having_ended(self, state: str) -> Self:
        """The same with the script for that end alone."""
        if not self.scripts_after:
            return self
        script = dict(self.scripts_after).get(state, self.script)
        return replace(self, script=script, scripts_after=())


UNASKED = frozenset({"contact", "summary", "place", "note"})
"""What a kind may leave out of its opening: what would tell who speaks, or lie in plain words."""


@dataclass(frozen=True)
class Kind:
    """A kind of matter. Registering one is all it takes: see ``kinds/``.

    ``owner`` names the unit that answers for a new matter. ``asks`` names the facts that must be
    given to open one, ``takes`` those that may be although a step takes them too; ``opens_if`` look
    at what is given and say why not. ``by_citizen`` says how citizens open one themselves.
    ``children`` are the kinds of orders that are given from such a matter.
    ``opening`` is the message to whoever reported it, ``delay`` the one before its promise breaks
    (rule ``delay_lead``: how long before). ``observe`` tells the state that the
    facts of an outside system of record prove. ``imported`` says whether files may bring matters
    of the kind; unless it is said, they may where people open them and nobody's reading is
    restricted. ``seals`` is the role that alone may read the matter (a tip-off), or nothing.
    ``parties`` are the parts that others can have in it besides its reporter. ``unasked`` names
    what opening one does not take (``UNASKED``). ``retention`` says when they are anonymised.
    ``figures`` are shares of its own, besides those that every kind has.
    ``rectifies`` marks the kind that unhappy answers open, ``lists`` the one that a place kept for
    listing opens. ``turn``: its place where kinds are offered, the smallest first.
    ``voices``: what people bring of it counts among the concerns of a place. ``sets_aside``: it is
    about what a citizen asked in another matter (its cause), and in these states figures of answers
    are shown without that matter as well. ``bodies``: see ``owning``. ``board``: it stands on the public board.
    ``data_rights``: people ask with it for what is held of them. ``public_answer``, ``penalty``: what is published of it.
    """

    code: str
    prefix: str
    label: Text
    details: type[Details]
    flow: Flow
    clocks: tuple[Clock, ...]
    owner: Callable[[Area | None, str], Unit | None]
    opened_by: frozenset[str]
    asks: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    opens_if: tuple[Guard, ...] = ()
    by_citizen: ByCitizen | None = None
    confided: Confided | None = None
    children: tuple[str, ...] = ()
    opening: Tell | None = None
    delay: Tell | None = None
    delay_lead: str = "promise.delay_notice"
    follow_up: FollowUp | None = None
    headline: Callable[[Mapping[str, Any]], str] | None = None
    """What the house calls one that it opens after a callback, from its facts, in the reader's language."""
    public: Public = field(default_factory=Public)
    observe: Callable[[Mapping[str, Any]], str] | None = None
    imported: bool | None = None
    seals: Role | None = None
    parties: tuple[PartyRole, ...] = ()
    unasked: frozenset[str] = frozenset()
    retention: Retention | None = None
    figures: tuple[Figure, ...] = ()
    rectifies: bool = False
    turn: int = 50
    voices: bool = False
    lists: bool = False
    sets_aside: frozenset[str] = frozenset()
    bodies: Bodies = Bodies.NEVER
    board: Board | None = None
    data_rights: DataRights | None = None
    public_answer: PublicAnswer | None = None
    penalty: Penalty | None = None

    def __post_init__(self) -> None:
        """Refuse a kind whose parts do not fit each other."""
        states = set(self.flow.states)
        fields = set(self.details.model_fields)
        self._check_clocks(states)
        for move in self.flow.moves:
            wanted = {*move.needs, *move.takes} - {"note"} | set(move.sets)
            wanted |= {one for one in (move.stamps, move.since, move.signs) if one}
            if unknown := wanted - fields:
                raise ValueError(f"{self.code}: move {move.code} needs {sorted(unknown)}")
            if move.told_by and move.told_by not in move.takes:
                raise ValueError(f"{self.code}: {move.code} does not take how it was told")
            if move.approval and not move.approval.by:
                raise ValueError(f"{self.code}: nobody approves {move.code}")
            if move.approval and (len(move.outcomes) > 1 or move.by_citizen or move.asks):
                raise ValueError(f"{self.code}: {move.code} cannot wait for a second person")
        self._check_tells()
        if unknown := {*self.asks, *self.takes} - fields:
            raise ValueError(f"{self.code}: opening asks {sorted(unknown)}")
        if unknown := {*self.public.fields, *self.public.reporter} - fields:
            raise ValueError(f"{self.code}: public face names {sorted(unknown)}")
        if leaked := set(self.public.fields) & self.details.personal_fields():
            raise ValueError(f"{self.code}: personal data can never be public: {sorted(leaked)}")
        otherwise = self.details.limited_fields() | self.details.sealed_fields()
        check_citizens(self.code, self.by_citizen, self.asks, fields, otherwise)
        self._check_data_rights(states, fields)
        self._check_limited()
        self._check_sealed()
        check_parties(self.code, self.parties, brought=bool(self.observe or self.imported))
        asked = self.follow_up.states if self.follow_up else ()
        if set(asked) - states or (
            self.follow_up and dict(self.follow_up.scripts_after).keys() - set(asked)
        ):
            raise ValueError(f"{self.code}: follows up after an unknown state")

    @property
    def tells(self) -> list[Tell]:
        """Every message that it may send."""
        steps = [tell for move in self.flow.moves for tell in move.tells]
        return [one for one in (self.opening, self.delay, *steps) if one is not None]

    @property
    def told_of(self) -> bool:
        """Whether a citizen reads how its matters go: whoever reported one, or whose demand it is about."""
        return "contact" not in self.unasked or bool(self.sets_aside)

    @property
    def concerns(self) -> bool:
        """Whether its matters may be about people of the house or their units."""
        return any(one.concerned for one in self.parties)

    @property
    def keeps_sealed(self) -> bool:
        """Whether it has facts that the house cannot read; its contact is sealed likewise."""
        return bool(self.details.sealed_fields())

    @property
    def sealed_notes(self) -> bool:
        """Whether nobody writes a note on its matters: words about them are sealed facts."""
        return self.keeps_sealed and "note" in self.unasked

    def party(self, code: str) -> PartyRole | None:
        """The part of that code, if the kind has it."""
        return next((one for one in self.parties if one.code == code), None)

    def _check_tells(self) -> None:
        """Refuse messages that name what is not there, or reach nobody."""
        for tell in self.tells:
            once = GIVEN_ONCE if tell is self.opening else frozenset()
            tell.check(WORDS | once | self.details.told_fields())
            to = self.party(tell.to)
            if tell.to and (to is None or Who.CITIZEN not in to.who or tell is self.opening):
                raise ValueError(f"{self.code}: a message to {tell.to} reaches nobody")
        if self.seals and self.tells:
            raise ValueError(f"{self.code}: who speaks under seal gets no messages")

    def _check_data_rights(self, states: set[str], fields: set[str]) -> None:
        if self.data_rights:
            self.data_rights.check(self.code, states, {one.code for one in self.flow.moves}, fields)

    def _check_limited(self) -> None:
        """What not everybody sees who sees the matter is for nobody outside either."""
        limited = self.details.limited_fields()
        if self.board:
            self.board.check(self.code, set(self.details.model_fields) - limited, self.flow.states)
        if leaked := {*self.public.fields, *self.public.reporter} & limited:
            raise ValueError(f"{self.code}: not for all, so never public: {sorted(leaked)}")
        if leaked := set(self.details.told_fields() & limited):
            raise ValueError(f"{self.code}: told to the citizen, so for all: {sorted(leaked)}")

    def _check_sealed(self) -> None:
        """What is sealed comes in by hand, and goes out by its key alone."""
        sealed = self.details.sealed_fields()
        if strange := self.unasked - UNASKED:
            raise ValueError(f"{self.code}: opening never took {sorted(strange)}")
        kept = {self.confided.words, self.confided.adds} if self.confided else set()
        if (kept | self.details.answer_fields()) - sealed:
            raise ValueError(f"{self.code}: what is confided is kept by no sealed fact")
        if not sealed:
            return
        shown = {*self.public.fields, *self.public.reporter} | self.details.told_fields()
        for move in self.flow.moves:
            shown |= {*move.sets, move.stamps or "", move.signs}
            shown |= {*move.needs, *move.takes} if move.approval else set()
        if leaked := shown & sealed:
            raise ValueError(f"{self.code}: sealed, so the house cannot know: {sorted(leaked)}")
        if self.observe or self.imported:
            raise ValueError(f"{self.code}: files bring it, so nothing of it is sealed in time")
        if self.tells or self.follow_up:
            raise ValueError(f"{self.code}: its contact is sealed, so nobody can be told or called")

    def _check_clocks(self, states: AbstractSet[str]) -> None:
        steps = {move.code for move in self.flow.moves}
        of_house = {move.code for move in self.flow.moves if "system" in move.by} | {""}
        extended = {move.extends for move in self.flow.moves if move.extends}
        given_up = {move.gives_up for move in self.flow.moves if move.gives_up}
        for clock in self.clocks:
            named = {*clock.stops, *clock.pauses, clock.starts or self.flow.start}
            lapse = {clock.lapses} - of_house
            if strange := (named - states) | (clock.restarts - steps) | lapse:
                raise ValueError(f"{self.code}: clock {clock.code} names {sorted(strange)}")
            if (clock.extension is not None) != (clock.code in extended):
                raise ValueError(
                    f"{self.code}: clock {clock.code} is extended by no step, or may not be"
                )
        if strange := (extended | given_up) - {clock.code for clock in self.clocks}:
            raise ValueError(f"{self.code}: steps extend or give up {sorted(strange)}")
        hidden = self.details.limited_fields() | self.details.sealed_fields()
        named = {one for clock in self.clocks for one in (clock.due, clock.since) if one}
        if strange := named - (self.details.model_fields.keys() - hidden):
            raise ValueError(f"{self.code}: due by facts that not everybody sees {sorted(strange)}")
        others = {one for move in self.flow.moves for one in move.unlike} - steps - {"open"}
        if strange := others | (self.sets_aside - states):
            raise ValueError(f"{self.code}: there are no states or steps {sorted(strange)}")
        if self.clocks and sum(clock.promise for clock in self.clocks) != 1:
            raise ValueError(f"{self.code}: one clock is its promise")

    @property
    def importable(self) -> bool:
        """Whether files may bring matters of this kind."""
        if self.imported is not None:
            return self.imported
        return bool(self.opened_by) and not (
            self.seals or self.rectifies or self.concerns or self.keeps_sealed
        )

    def clean(self, details: Mapping[str, Any]) -> dict[str, Any]:
        """Details checked against the kind's model, as JSON keeps them; blanks are left out.

        Raises ``Refusal`` naming the first wrong field.
        """
        try:
            model = self.details.model_validate(details)
        except ValidationError as problem:
            first = problem.errors()[0]
            name = ".".join(str(part) for part in first["loc"]) or None
            raise Refusal(first["msg"], field=name, code="bad_details") from None
        kept: dict[str, Any] = model.model_dump(mode="json", exclude_none=True)
        return {name: value for name, value in kept.items() if value != ""}
