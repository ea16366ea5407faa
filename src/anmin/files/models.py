"""One row for every file that was kept, also after its content was erased."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.evidenced import Evidenced


class File(Evidenced):
    """A file of the thing ``key`` of the sort ``label``; the ``seq``-th of it.

    ``request`` is the key of the request that brought it. ``name`` is sealed: names of files tell
    names of people. ``stored`` is what the content is kept under. ``received`` is the SHA-256 of
    the bytes that came, ``sha256`` that of the bytes that are kept: a picture is drawn anew.
    ``scanner`` is who found no malware in it. An erased file keeps its row, without its name.
    ``sealed_to`` names the key of a file that the house cannot read (``enclosed``): its row tells no
    name, and both digests are those of what is kept.
    """

    label = models.CharField(_("belongs to"), max_length=32)
    key = models.CharField(_("reference"), max_length=64)
    seq = models.PositiveIntegerField(_("number"))
    request = models.CharField(max_length=64)
    name = models.BinaryField()
    type = models.CharField(_("type"), max_length=16)
    size = models.PositiveBigIntegerField(_("bytes"))
    received = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=64, unique=True)
    small = models.BooleanField(_("has a small picture"))
    scanner = models.CharField(_("scanned by"), max_length=16, blank=True)
    sealed_to = models.CharField(max_length=16, blank=True, default="", db_default="")
    at = models.DateTimeField(_("added"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("added by"),
    )
    erased_at = models.DateTimeField(_("erased"), null=True)
    erased_why = models.CharField(_("reason"), max_length=200, blank=True)

    EVIDENCE_NAME = "key"

    class Meta:
        verbose_name = _("attached file")
        verbose_name_plural = _("attached files")
        ordering = ("label", "key", "seq")
        constraints = [
            models.UniqueConstraint(fields=("label", "key", "seq"), name="file_seq_once"),
            models.UniqueConstraint(fields=("label", "key", "request"), name="file_request_once"),
        ]
        indexes = [
            models.Index(fields=("at",), condition=models.Q(erased_at=None), name="file_by_age")
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.seq}"
