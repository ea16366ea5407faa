"""What somebody confides without an account, sealed as it comes in; and how the house answers.

Whoever confides keeps a number, six characters and a passphrase (``kernel.confiding``). The house has
what follows from them: a key that it seals answers to, and a keyed digest that knows the person again.
Nothing here asks where somebody comes from: a try is paid for, and no address is counted.
"""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from anmin.evidence import receipts
from anmin.evidence.log import atomic
from anmin.files import enclosed
from anmin.files.actions import Looked, drop_contents, keep_enclosed
from anmin.files.models import File
from anmin.kernel import sealing
from anmin.kernel.confiding import Kept, Proof, kept_from
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.reference import as_stored
from anmin.matters.actions import done_before, lock
from anmin.matters.actor import CITIZEN
from anmin.matters.attachments import LABEL
from anmin.matters.flow import Stage, Text
from anmin.matters.kind import Kind
from anmin.matters.ledger import Change, append, deadlines_of, running_clocks
from anmin.matters.merged import SAID
from anmin.matters.models import Confider, Entry, Matter, SealedFacts
from anmin.matters.opening import open_matter
from anmin.matters.registry import in_turn
from anmin.matters.reported import kept
from anmin.matters.sealed import Ready, key_in_use, read_ready, require_key
from anmin.matters.steps import prepare
from anmin.matters.taking import take
from anmin.people.limits import Limit
from anmin.people.limits import take as take_one

SOURCE = "told"
FILES = 3
"""Files that are taken at a time."""
MORE = Limit(20, 86_400)
"""How often a day something is added to one matter."""
LONGEST = 4000
"""Characters that are taken at a time."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody confides, or adds: sealed before it came (``token``, ``tokens`` of files, ``key``), or
    words and files that are sealed here."""

    words: str = ""
    files: Sequence[Looked] = ()
    token: bytes = b""
    tokens: Sequence[bytes] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the house wrote to whoever confided a matter: when, and the token."""

    at: datetime
    token: bytes


def confided_kinds() -> list[Kind]:
    """The kinds that people confide, in the order in which they are offered."""
    return [kind for kind in in_turn() if kind.confided is not None]


def public_key() -> tuple[str, bytes] | None:
    """The code of the key in use and its public half; nothing while there is none."""
    key = key_in_use()
    return None if key is None else (key.code, bytes(key.public))


def kept_of(key: str) -> Kept:
    """What somebody without script keeps in hand: it follows from the key of the sending, which nobody
    else has."""
    return kept_from(settings.KEYRING.mac(key.encode(), purpose="kept by who confides"))


def confide(
    *, kind: str, key: str, given: Given, public: bytes, proof: bytes
) -> tuple[Matter, str]:
    """Open a matter in nobody's name, and give the code of its receipt. ``key``, a secret of the sending,
    makes it safe to repeat.

    Raises a ``Refusal`` with its field; then nothing was kept.
    """
    declared = next((one for one in confided_kinds() if one.code == kind), None)
    if declared is None or declared.confided is None:
        raise NotFound("nobody confides such matters")
    if len(public) != 32 or len(proof) != 32:
        raise Refusal(_("What came sealed is not whole: load the page anew."), code="bad_token")
    way, files = declared.confided, list[File]()
    known = Matter.objects.filter(source=SOURCE, external_id=kept(key)).first()
    if known is not None:
        return met(known.number, proof), receipts.code_of(Confider.objects.get(matter=known))
    try:
        with atomic():
            facts, ready = _sealed(way.words, given)
            matter = open_matter(
                kind=kind,
                actor=CITIZEN,
                details={**way.sets, **facts},
                source=SOURCE,
                key=kept(key),
                ready=ready,
            )
            row = Confider(matter=matter, public=public, digest=_digest(matter.number, proof))
            row.save(force_insert=True)
            receipts.promise_receipt(row)
            files = _keep(matter, given, kept(key)[:40])
    except BaseException:
        drop_contents(files)
        raise
    return matter, receipts.code_of(row)


def met(number: str, proof: bytes) -> Matter:
    """The matter of that number, for whoever confided it. Raises ``NotFound``, which tells not what is
    wrong."""
    number = as_stored(number)[:32]
    row = Confider.objects.filter(matter__number=number).select_related("matter").first()
    digest = bytes(row.digest) if row else b""
    right = hmac.compare_digest(_digest(number, proof), digest)
    if row is None or not right or row.matter.stage == Stage.VOID:
        raise NotFound(_("There is nothing under this number, code and passphrase."))
    return row.matter


def add(*, matter_id: int, key: str, given: Given) -> Matter:
    """Add to a confided matter; the caller has seen the proof. An answer lets the work go on.

    Repeating it with the same ``key`` changes nothing. Raises ``Refusal``: ended, or too often.
    """
    files = list[File]()
    try:
        with atomic():
            matter = lock(matter_id)
            if done_before(matter, key):
                return matter
            way = matter.type.confided
            if way is None or not matter.takes_confided:
                raise Refusal(_("Nothing can be added to it any more."), code="ended")
            if take_one("words of who confided", matter.number, limit=MORE).over:
                raise Refusal(
                    _("Much was added today already: please go on tomorrow."), code="limit"
                )
            facts, ready = _sealed(way.adds, given)
            _take(matter, facts, ready, key)
            files = _keep(matter, given, key)
    except BaseException:
        drop_contents(files)
        raise
    return matter


def answers_to(matter: Matter) -> list[Answer]:
    """What was written to whoever confided it, the oldest first. Nobody here can read it."""
    rows = SealedFacts.objects.filter(matter=matter).order_by("seq").values_list("seq", "answer")
    tokens = {seq: bytes(token) for seq, token in rows if token}
    entries = Entry.objects.filter(matter=matter, seq__in=tokens).order_by("seq")
    return [Answer(one.at, tokens[one.seq]) for one in entries]


def read_answer(matter: Matter, token: bytes, proof: Proof) -> list[tuple[Text, str]]:
    """An answer opened with what its reader has in hand; nothing of it is kept."""
    said: Mapping[str, Any] = orjson.loads(sealing.disclose(token, proof.private))
    labels = answer_labels(matter)
    return [(labels.get(name, name), str(text)) for name, text in said.items()]


def answer_labels(matter: Matter) -> Mapping[str, Text]:
    """What the parts of an answer are called for its reader."""
    return matter.type.confided.answers if matter.type.confided else {}


def _take(matter: Matter, facts: Mapping[str, Any], ready: Ready | None, key: str) -> None:
    """Write what was added: as the answer to a question, where one is open."""
    now = timezone.now()
    edge = next((one for one in matter.type.flow.moves_from(matter.state) if one.replies), None)
    if edge is not None:
        change, running = prepare(matter, edge, note="", inputs={}, at=now)
        change.sealed, change.ready = dict(facts), ready
        take(matter, edge, change, actor=CITIZEN, at=now, key=key, running=running)
        return
    change = Change(SAID, matter.state, sealed=dict(facts), ready=ready)
    running = running_clocks(deadlines_of(matter.pk))
    append(matter, change, actor=CITIZEN, at=now, key=key, running=running)


def _sealed(name: str, given: Given) -> tuple[dict[str, Any], Ready | None]:
    """The words, to be sealed under that name, or what came sealed."""
    if given.token:
        return {}, read_ready([name], given.key, given.token)
    words = given.words.strip()[:LONGEST]
    if not words and not given.files:
        raise Refusal(_("Write something first."), field="words", code="missing")
    return {name: words or "—"}, None


def _keep(matter: Matter, given: Given, request: str) -> list[File]:
    """Keep the files, sealed: those that came so, and those that are sealed here."""
    tokens, to = list(given.tokens), given.key
    if given.files:
        key = require_key("files")
        to = key.code
        tokens += [
            enclosed.enclose(one.name, one.drawn.content, bytes(key.public)) for one in given.files
        ]
    if len(tokens) > FILES or not all(map(enclosed.whole, tokens)):
        raise Refusal(_("What came sealed is not whole: load the page anew."), code="bad_token")
    return keep_enclosed(label=LABEL, key=matter.number, tokens=tokens, to=to, request=request)


def _digest(number: str, proof: bytes) -> bytes:
    said: bytes = settings.KEYRING.mac(number.encode() + b"\n" + proof, purpose="who confided")
    return said
