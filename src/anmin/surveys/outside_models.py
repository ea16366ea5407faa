"""Tables of what other bodies found: files of results, and the results. Only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import AppendOnly
from anmin.surveys.titled import Titled


class OutsideFile(Titled, AppendOnly):
    """A file of somebody else's results as it was taken in; a correction is a new one that names the old.

    The content is with the files of the house; ``sha256`` is that of the bytes as they came.
    """

    year = models.PositiveSmallIntegerField(_("year"))
    published = models.DateField(_("published"))
    source = models.CharField(_("source"), max_length=300)
    sha256 = models.CharField(max_length=64)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")

    EVIDENCE_NAME = "title_zh year"

    class Meta:
        verbose_name = _("file of results of others")
        constraints = [
            models.UniqueConstraint(
                fields=["sha256"], condition=Q(corrects=None), name="outside_file_once"
            )
        ]


class OutsideResult(Titled, AppendOnly):
    """A figure of somebody else's survey or assessment, beside our own.

    ``place`` is empty for the whole city. ``n`` is how many were asked, where the source says so;
    ``n_assumed`` is our assumption where it does not, and is said to be one. ``low`` and ``high`` are
    limits that the source gives. A share is out of 1. A correction is a new row that names the old one,
    or stands in a file that corrects another.
    """

    measure = models.CharField(max_length=32)
    year = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=16, blank=True)
    value = models.FloatField()
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    n = models.PositiveIntegerField(null=True)
    n_assumed = models.PositiveIntegerField(null=True)
    rank = models.PositiveIntegerField(null=True)
    ranked = models.PositiveIntegerField(null=True)
    source = models.CharField(max_length=300)
    note = models.CharField(max_length=300, blank=True)
    file = models.ForeignKey(OutsideFile, models.PROTECT, null=True, related_name="results")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")

    EVIDENCE_NAME = "measure year"

    class Meta:
        verbose_name = _("outside result")
