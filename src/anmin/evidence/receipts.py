"""Receipts: a short code by which a citizen finds out whether what he said is in the signed tree.

The code is the beginning of the leaf hash of the record that took it in, with a check character:
it tells nothing of what was said or by whom, and nobody can later let it stand for another record.
A model whose rows are asked for so says ``EVIDENCE_RECEIPT = True``.
"""

from dataclasses import dataclass
from typing import Final

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence import roots
from anmin.evidence.body import decode
from anmin.evidence.log import Log, leaf_data, promise_receipt, seal_of_record
from anmin.evidence.models import Receipt, Record, Root
from anmin.evidence.tree import tree
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.merkle import HASH, NoSuchLeaf, leaf_hash, root_of_inclusion
from anmin.kernel.reference import ALPHABET, check_character, normalise_code

__all__ = [
    "Standing",
    "code_in",
    "code_of",
    "find",
    "promise_receipt",
    "promised_after",
    "standing",
]

_BITS: Final = 54
_CHARACTERS: Final = 11  # 31 ** 11 is just above 2 ** 54
_GROUP: Final = 4


class BadCode(Refusal):
    """The text is not a receipt code, or was mistyped."""

    default_code = "bad_receipt"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the record of a receipt stands: in which root, and how to see that it does.

    ``root`` is None while no root is newer. ``holds`` says that the log still proves it: if not,
    the record, or something before the root, was changed.
    """

    code: str
    seq: int
    leaf: bytes
    root: Root | None
    path: tuple[bytes, ...] = ()
    holds: bool = True

    @property
    def text(self) -> str:
        """The proof as text, for whoever wants to check it with a program of his own."""
        if self.root is None:
            return ""
        lines = [f"index {self.seq - 1}", f"leaf {self.leaf.hex()}"]
        return "\n".join([*lines, *(one.hex() for one in self.path), "", self.root.note])


def code_of(row: models.Model) -> str:
    """The code for a row whose receipt was promised; empty if there is none."""
    known = Receipt.objects.filter(label=row._meta.label_lower, row=row.pk)
    seq = known.values_list("seq", flat=True).first()
    leaf = Record.objects.filter(seq=seq).values_list("leaf", flat=True).first() if seq else None
    return _code(bytes(leaf)) if leaf else ""


def code_in(log: Log) -> str:
    """The code for what a transaction promised; empty until its record is written."""
    return _code(log.leaf) if log.leaf else ""


def promised_after(position: int, limit: int) -> list[tuple[int, str, int]]:
    """The next receipts that were promised: number, and the label and key of the row."""
    rows = Receipt.objects.filter(pk__gt=position).order_by("pk")
    return list(rows.values_list("pk", "label", "row")[:limit])


def find(text: str) -> Standing:
    """What a code leads to.

    Raises:
        BadCode: it is mistyped, or no code at all.
        NotFound: there is no such receipt.
    """
    number = _number(text)
    shift = 8 * HASH - _BITS
    low, high = number << shift, (number + 1 << shift) - 1
    rows = Record.objects.filter(leaf__gte=_packed(low), leaf__lte=_packed(high))
    for record in rows.order_by("seq"):
        if not _intact(record) or _gives_receipts(bytes(record.body)):
            return standing(record)
    raise NotFound(_("There is no receipt with this code."))


def standing(record: Record) -> Standing:
    """Where a record stands in the newest signed root."""
    leaf = bytes(record.leaf)
    intact = _intact(record)
    root = roots.latest()
    if root is None or root.size < record.seq:
        return Standing(_code(leaf), record.seq, leaf, None, holds=intact)
    try:
        path = tuple(tree(root.size).inclusion(record.seq - 1))
    except NoSuchLeaf:
        return Standing(_code(leaf), record.seq, leaf, root, holds=False)
    reached = root_of_inclusion(leaf, record.seq - 1, root.size, path)
    holds = intact and reached == bytes(root.root)
    return Standing(_code(leaf), record.seq, leaf, root, path, holds)


def _intact(record: Record) -> bool:
    told = leaf_data(record.seq, record.at, bytes(record.body))
    sealed = bytes(record.seal) == seal_of_record(record.seq, told)
    return sealed and bytes(record.leaf) == leaf_hash(told)


def _gives_receipts(body: bytes) -> bool:
    return any(section.label in _receipt_labels() for section in decode(body))


def _receipt_labels() -> set[str]:
    return {
        model._meta.label_lower
        for model in apps.get_models()
        if getattr(model, "EVIDENCE_RECEIPT", False)
    }


def _code(leaf: bytes) -> str:
    number = int.from_bytes(leaf, "big") >> 8 * HASH - _BITS
    text = ""
    for _place in range(_CHARACTERS):
        number, digit = divmod(number, len(ALPHABET))
        text = ALPHABET[digit] + text
    text += check_character(text)
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))


def _number(text: str) -> int:
    plain = normalise_code(text)
    if len(plain) != _CHARACTERS + 1 or any(one not in ALPHABET for one in plain):
        raise BadCode(
            _(
                "A receipt code has twelve characters: digits from 2 and capital letters"
                " without I, L and O."
            ),
            field="code",
        )
    number = 0
    for character in plain[:-1]:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    if check_character(plain[:-1]) != plain[-1] or number >> _BITS:
        raise BadCode(_("This code has a typing error: please compare it once more."), field="code")
    return number


def _packed(number: int) -> bytes:
    return number.to_bytes(HASH, "big")
