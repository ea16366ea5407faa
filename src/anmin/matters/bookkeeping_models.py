"""What no history rests on: how far readers have come, the index of words, the numbers given out."""

from django.db import models


class Cursor(models.Model):
    """How far a reader of the news has come."""

    name = models.CharField(max_length=64, primary_key=True)
    position = models.BigIntegerField(default=0)

    NO_EVIDENCE = "how far a reader has come; what it read and wrote has evidence"

    def __str__(self) -> str:
        return f"{self.name} at {self.position}"


class WordRow(models.Model):
    """Where the words of a matter are in the index of words (``word_index``): the row's number."""

    matter = models.OneToOneField(
        "matters.Matter", models.CASCADE, primary_key=True, related_name="+", db_constraint=False
    )
    rank = models.BigIntegerField()

    NO_EVIDENCE = "an index: made again from matters and entries, nothing rests on it"

    def __str__(self) -> str:
        return f"words of {self.matter_id}"


class NumberSeries(models.Model):
    """The last reference number given out for a prefix and year."""

    prefix = models.CharField(max_length=4)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    NO_EVIDENCE = "a counter; a number given twice is refused"

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year}: {self.last}"
