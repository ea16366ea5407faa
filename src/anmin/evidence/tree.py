"""The tree over the records, read from what the log keeps of it."""

from collections.abc import Sequence

from anmin.evidence.log import HEAD
from anmin.evidence.models import Head, Node, Record
from anmin.kernel.merkle import Tree


def tree(size: int | None = None) -> Tree:
    """The tree of the first ``size`` records, or of all. A proof in it reads a few hundred hashes,
    by at most two statements for each 256-fold of the size."""
    if size is None:
        size = Head.objects.filter(pk=HEAD).values_list("size", flat=True).first() or 0
    return Tree(size, _read)


def _read(tier: int, first: int, count: int) -> Sequence[bytes]:
    stop = first + count
    if tier:
        nodes = Node.objects.filter(tier=tier, number__gte=first, number__lt=stop)
        return [bytes(one.hash) for one in nodes.order_by("number").only("hash")]
    # The first record is the leaf 0.
    records = Record.objects.filter(seq__gt=first, seq__lte=stop)
    return [bytes(one.leaf) for one in records.order_by("seq").only("leaf")]
