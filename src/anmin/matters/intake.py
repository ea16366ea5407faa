"""The bulk write door: what a system of record says about many events at once.

Each observation is compared with what that system last said about the event (kept in the
entries), and only what it changed since is applied: work done here, such as a hand-over to
another unit, is never undone by the next export. Which export is the later one its own order
tells (``facts_at``, then the order in which they come); what is older is told as not applied.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.utils.translation import gettext as _

from anmin.evidence.log import atomic
from anmin.kernel.chain import stamp
from anmin.kernel.errors import Refusal
from anmin.matters import bulk
from anmin.matters.actor import Actor
from anmin.matters.bringing import UNHEARD, Bringing
from anmin.matters.changed_matters import Observed, Word, said_before, update_many
from anmin.matters.kind import Kind
from anmin.matters.ledger import take_turn
from anmin.matters.models import Anonymised, Matter
from anmin.matters.new_matters import open_many
from anmin.matters.observation import Observation
from anmin.matters.registry import kind_of
from anmin.matters.several import Joining

__all__ = ["Bringing", "Observation", "Observed", "observe_many"]


@atomic
def observe_many(
    observations: Sequence[Observation], *, actor_label: str = "", by: Bringing | None = None
) -> list[Observed]:
    """Take in a batch; one transaction, results in the order given.

    ``by`` tells who brings it, within which bounds, and what rests on matters already; without
    it, it is the house itself under the name ``actor_label``. Repeating a batch changes nothing.
    Several observations of one event in a batch are taken in the order of their ``facts_at``;
    those equally new are joined (``several``). A handful of statements, however many events.
    """
    for code in {one.kind for one in observations}:
        _require_unsealed(kind_of(code))
    take_turn()
    bulk.queue_up("intake")
    by = by or Bringing(Actor.system(actor_label))
    if by.bounds:
        for one in observations:
            by.bounds.keep(one)
    results: list[Observed | None] = [None] * len(observations)
    told: set[int] = set()
    for words in _rounds(observations, by.joining):
        known = _known([word.one for word in words])
        fresh = [word for word in words if _key(word.one) not in known]
        later = _newly_said(words, known, by, results, told)
        for word, observed in zip(later, update_many(later, by), strict=True):
            _tell(results, word, observed)
        opened = open_many([word.one for word in fresh], by) if fresh else []
        for word, made in zip(fresh, opened, strict=True):
            if isinstance(made, str):
                _tell(results, word, Observed("refused", None, made))
            else:
                _tell(results, word, Observed("created", made))
        if len(words) < len(observations):
            first = [results[word.places[0]] for word in words]
            told.update(one.matter_id for one in first if one and one.matter_id)
    return [result for result in results if result is not None]


def _require_unsealed(kind: Kind) -> None:
    """Refuse a file of what would have lain open before anybody could seal it."""
    if kind.keeps_sealed:
        raise Refusal(
            _("Files bring no “%(kind)s”: it is sealed as it comes in.") % {"kind": kind.label},
            code="sealed",
        )


def _tell(results: list[Observed | None], word: Word, observed: Observed) -> None:
    """Each row of an event gets its result: what was joined to the first is not created twice."""
    first, *others = word.places
    results[first] = observed
    further = observed.outcome
    if others and further in ("created", "updated"):
        further = "updated"
    for at in others:
        results[at] = observed._replace(outcome=further, joined=True)
    for at in word.again:
        done = observed.outcome in ("created", "updated")
        results[at] = observed._replace(outcome="unchanged") if done else observed


def _newly_said(
    words: Iterable[Word],
    known: Mapping[tuple[str, str], "_Known"],
    by: Bringing,
    results: list[Observed | None],
    told: AbstractSet[int],
) -> list[Word]:
    """Those that say something new of a known matter; the others get results."""
    later: list[Word] = []
    bump: list[tuple[Any, ...]] = []
    for word in words:
        one = word.one
        row = known.get(_key(one))
        if row is None:
            continue
        word.pk = row.id
        if by.bounds and (reason := by.bounds.refuse_known(row.kind, row.unit_id)):
            _tell(results, word, Observed("refused", None, reason))
        elif row.kind != one.kind:
            reason = _("The number belongs to a record of another kind.")
            _tell(results, word, Observed("refused", None, reason))
        elif row.digest == one.marked(settings.KEYRING).facts and not (
            by.bounds is None and row.facts_at == UNHEARD  # who speaks now is news by itself
        ):
            if not by.outranked and (row.facts_at is None or one.facts_at > row.facts_at):
                bump.append((one.facts_at, row.id))
            _tell(results, word, Observed("unchanged", row.id))
        else:
            word.older = row.facts_at is not None and one.facts_at < row.facts_at
            word.level = one.facts_at == row.facts_at
            word.joins = word.level and (row.id in told or row.id in by.spoken)
            later.append(word)
    _bump(bump)
    _say_no_more(later, by, results)
    return [word for word in later if not results[word.places[0]]]


def _say_no_more(words: Sequence[Word], by: Bringing, results: list[Observed | None]) -> None:
    """Give results to those that are told already, that a later export has overruled, or of a matter
    that tells of nobody any more."""
    said, gone = said_before(words, by), _anonymised(words)
    for word in words:
        if word.pk in gone:
            reason = _("Its retention period has ended: it has been anonymised.")
            _tell(results, word, Observed("refused", word.pk, reason))
        elif word.pk in said:
            _tell(results, word, Observed("unchanged", word.pk))
        elif word.older:
            _tell(results, word, Observed("older", word.pk))


def _anonymised(words: Sequence[Word]) -> AbstractSet[int]:
    """Matters that tell of nobody any more, of which no file says so again."""
    if not words:
        return frozenset()
    rows = Anonymised.objects.filter(bulk.of_matters([word.pk for word in words]))
    return set(rows.values_list("matter_id", flat=True))


def _rounds(observations: Sequence[Observation], joining: Joining) -> Iterable[list[Word]]:
    """The rows grouped so that no round holds an event twice, earlier facts first.

    Rows of one event that are equally new are one word where they can be joined.
    """
    if len({(one.source, one.external_id) for one in observations}) == len(observations):
        yield [Word((i,), one) for i, one in enumerate(observations)]
        return
    seen: dict[tuple[str, str], list[Word]] = {}
    for i, one in enumerate(observations):
        seen.setdefault((one.source, one.external_id), []).append(Word((i,), one))
    for key, words in seen.items():
        if len(words) > 1:
            words.sort(key=lambda word: word.one.facts_at)
            seen[key] = _joined(words, joining)
    for level in range(max(len(words) for words in seen.values())):
        yield [words[level] for words in seen.values() if len(words) > level]


def _joined(words: Sequence[Word], joining: Joining) -> list[Word]:
    """Neighbours that can be joined as one; what says the same twice is said once."""
    found = [words[0]]
    for word in words[1:]:
        last = found[-1]
        if not joining.joinable(last.one, word.one):
            found.append(word)
            continue
        one = joining.join(last.one, word.one)
        if one == last.one:
            found[-1] = Word(last.places, one, (*last.again, *word.places))
        else:
            found[-1] = Word((*last.places, *word.places), one, last.again)
    return found


class _Known(NamedTuple):
    id: int
    facts_at: datetime | None
    digest: bytes
    kind: str
    unit_id: int | None


def _known(observations: Sequence[Observation]) -> dict[tuple[str, str], _Known]:
    """The matters already there for these events. One query per source."""
    found: dict[tuple[str, str], _Known] = {}
    by_source: dict[str, list[str]] = {}
    for one in observations:
        by_source.setdefault(one.source, []).append(one.external_id)
    for source, numbers in by_source.items():
        rows = Matter.objects.filter(
            bulk.has_outside_number(numbers), source=source, external_id__isnull=False
        ).values_list("external_id", "id", "facts_at", "facts_digest", "kind", "unit_id")
        for external_id, pk, facts_at, digest, kind, unit in rows.iterator(chunk_size=5000):
            found[source, external_id or ""] = _Known(
                pk, facts_at, bytes(digest or b""), kind, unit
            )
    return found


def _key(one: Observation) -> tuple[str, str]:
    return one.source, one.external_id


def _bump(rows: list[tuple[Any, ...]]) -> None:
    """Remember that the same facts were confirmed later."""
    keep = bulk.keeper()
    kept = [(keep(stamp(facts_at)), pk) for facts_at, pk in rows]
    bulk.update(Matter, ("facts_at",), ("id",), kept)
