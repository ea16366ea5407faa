"""The tables of the log: its records, its head, and what proofs are computed from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Record(models.Model):
    """What one transaction wrote: the leaf ``seq`` - 1 of the tree. Only ever added.

    ``body`` lists rows with a keyed mac each (``body.py``). ``seal`` is a keyed mac over the
    record, so that an altered one is located; ``leaf`` is its hash in the tree.
    """

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    body = models.BinaryField()
    seal = models.BinaryField(max_length=16)
    leaf = models.BinaryField(max_length=32)

    NO_EVIDENCE = "it is the log itself: sealed, and held by the head"

    class Meta:
        verbose_name = _("record")
        verbose_name_plural = _("records")
        indexes = [models.Index(fields=["leaf"], name="evidence_record_leaf")]

    def __str__(self) -> str:
        return f"record {self.seq}"


class Head(models.Model):
    """The one row that says how long the log is; locked while a record is added.

    ``frontier`` is the right edge of the tree (``kernel.merkle``), ``seal`` a keyed mac over it.
    """

    size = models.PositiveBigIntegerField(default=0)
    frontier = models.BinaryField()
    seal = models.BinaryField(max_length=16)

    NO_EVIDENCE = "it is the log itself: sealed, and compared with the records"

    class Meta:
        verbose_name = _("head of the log")
        verbose_name_plural = _("head of the log")

    def __str__(self) -> str:
        return f"head at {self.size}"


class Node(models.Model):
    """The hash of a complete subtree of ``256 ** tier`` leaves: proofs read few hashes by it."""

    tier = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    hash = models.BinaryField(max_length=32)

    NO_EVIDENCE = "computed from the records, and compared with them"

    class Meta:
        verbose_name = _("node of the tree")
        verbose_name_plural = _("nodes of the tree")
        constraints = [
            models.UniqueConstraint(fields=["tier", "number"], name="evidence_node_once")
        ]

    def __str__(self) -> str:
        return f"{self.tier}/{self.number}"


class Receipt(models.Model):
    """Which record tells of a row that somebody outside may ask for (``receipts.py``)."""

    label = models.CharField(max_length=60)
    row = models.PositiveBigIntegerField()
    seq = models.PositiveBigIntegerField()

    NO_EVIDENCE = "a way to a record; what it leads to is compared with the record when it is shown"

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [
            models.UniqueConstraint(fields=["label", "row"], name="evidence_receipt_once")
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.row}"
