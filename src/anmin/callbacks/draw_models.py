"""Tables of the draws of callbacks: the draw, and who could be drawn in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly, Evidenced


class Draw(Evidenced):
    """One random draw: its secret is made and its hash published before, and revealed after.

    ``population`` says in words who can be drawn. ``frame_digest`` covers the lines of all who could
    be drawn, so that nobody can be added or left out afterwards. ``number`` is the public number that
    decides, announced when the frame was frozen; without one, the draw was made in the same moment.
    ``gone`` counts those drawn whose callback had ended by then, and who are not called.
    """

    class Purpose(models.TextChoices):
        """What is drawn."""

        CALLBACK = "callback", _("Who is called back")
        RECALL = "recall", _("Which answers are asked for again, blind")
        CHECK = "check", _("Which calls are checked against the script")

    purpose = models.CharField(max_length=8, choices=Purpose)
    day = models.DateField(_("day"))
    population = models.CharField(max_length=200)
    share = models.DecimalField(max_digits=7, decimal_places=6)
    seed_sealed = models.BinaryField()
    seed_hash = models.CharField(max_length=64)
    published_at = models.DateTimeField(_("hash published"))
    frozen_at = models.DateTimeField(_("frame frozen"), null=True)
    frame_count = models.PositiveIntegerField(null=True)
    frame_digest = models.CharField(max_length=64, blank=True)
    number = models.ForeignKey(
        "draws.PublicNumber", models.PROTECT, null=True, related_name="+", db_index=False
    )
    drawn_at = models.DateTimeField(_("drawn"), null=True)
    selected = models.PositiveIntegerField(null=True)
    gone = models.PositiveIntegerField(null=True)
    drawn_digest = models.CharField(max_length=64, blank=True)
    seed = models.CharField(max_length=64, blank=True)

    EVIDENCE_NAME = "purpose day"

    class Meta:
        verbose_name = _("draw")
        constraints = [models.UniqueConstraint(fields=["purpose", "day"], name="draw_once")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.day}"


class FrameLine(AppendOnly):
    """Somebody who can be drawn, as it is published: a line that tells nobody whose it is."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="lines", db_index=False)
    callback = models.ForeignKey("callbacks.Callback", models.PROTECT, related_name="+")
    line = models.CharField(max_length=64)

    EVIDENCE_NAME = "draw__purpose draw__day"

    class Meta:
        verbose_name = _("line of a draw")
        constraints = [models.UniqueConstraint(fields=["draw", "line"], name="frame_line_once")]

    def __str__(self) -> str:
        return f"{self.draw_id} {self.line[:12]}"
