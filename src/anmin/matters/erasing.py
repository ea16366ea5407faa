"""What is taken out of a history, and how it still proves that nothing else was changed.

An entry's hash covers digests of its note and payload (docs/adr/0003). The entry that anonymises
keeps these digests for each entry that it emptied, and a digest of what is left: so the chain holds
although the texts are gone, and what is left cannot be altered.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings

from anmin.kernel import chain
from anmin.matters.fact_types import typed_facts
from anmin.matters.kind import Kind
from anmin.matters.models import Entry

ANONYMISED = "anonymised"
"""The action of the entry."""
BLANK: Mapping[str, Any] = {"summary": "", "place": "", "longitude": None, "latitude": None}
"""Columns of a matter that tell of somebody, and what stands there afterwards."""
KEPT_TOLD = frozenset(
    [
        "facts",
        "row",
        "run",
        "before",
        "undone",
        "external_id",
        "into",
        "from",
        "link",
        "step",
        "untold",
        "state",
        "cause",
        "erased",
    ]
)
"""Of what entries tell besides: digests, numbers of matters and codes. Other texts go."""

type Erased = dict[int, tuple[str, str, str]]
"""By ``seq`` the digests of the note and the payload that were, and of both as they are left."""


def personal_facts(kind: Kind) -> frozenset[str]:
    """The facts of a kind that can tell of somebody: personal ones, limited ones and free texts."""
    kept = kind.retention.keeps if kind.retention else frozenset[str]()
    facts = typed_facts(kind.details).values()
    return frozenset(one.name for one in facts if not one.countable and one.name not in kept)


def stripped(payload: Mapping[str, Any], facts: Iterable[str]) -> dict[str, Any]:
    """What is left of a payload."""
    gone = set(facts)
    left = {name: part for name, part in payload.items() if name != "sealed"}
    if "set" in left:
        left["set"] = {name: BLANK.get(name, value) for name, value in left["set"].items()}
    if "details" in left:
        left["details"] = {
            name: value for name, value in left["details"].items() if name not in gone
        }
    if "told" in left:
        left["told"] = {
            name: value
            for name, value in left["told"].items()
            if name in KEPT_TOLD or isinstance(value, bool | int | None)
        }
    if "parties" in left:
        left["parties"] = dict.fromkeys(left["parties"])
    return left


def digests(note: str, payload: Any) -> tuple[str, str]:
    """The digests of an entry's texts, as its hash covers them."""
    key = settings.KEYRING.chain_key
    told = chain.digest(note, key=key).hex() if note else ""
    return told, chain.digest(chain.canonical(payload), key=key).hex()


def left_digest(note: str, payload: Any) -> str:
    """The digest of what is left of an entry."""
    key = settings.KEYRING.chain_key
    return chain.digest(chain.canonical([note, payload]), key=key).hex()


def erased_in(entries: Iterable[Entry]) -> Erased:
    """What was taken out of these entries, by those of them that anonymise."""
    found: Erased = {}
    for entry in entries:
        if entry.action == ANONYMISED:
            told = entry.payload.get("told", {}).get("erased", {})
            found |= {int(seq): (kept[0], kept[1], kept[2]) for seq, kept in told.items()}
    return found
