"""What maps are drawn from: the boundaries of areas, and where there are addresses."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.places.reference import Reference

SOURCE_LENGTH = 200


class Sourced(Reference):
    """What somebody else made: from whom it comes and on what terms, shown wherever it is drawn."""

    source = models.CharField(_("source"), max_length=SOURCE_LENGTH)
    terms = models.CharField(_("terms of use"), max_length=SOURCE_LENGTH)

    class Meta:
        abstract = True


class Boundary(Sourced):
    """Where an area ends: polygons in degrees of WGS 84, as `geometry.as_text` writes them."""

    area = models.OneToOneField(
        "places.Area", models.CASCADE, related_name="boundary", verbose_name=_("area")
    )
    shape = models.TextField(_("shape"))

    EVIDENCE_NAME = "area__code"

    class Meta:
        verbose_name = _("boundary")
        verbose_name_plural = _("boundaries")
        ordering = ("area__code",)

    def __str__(self) -> str:
        return str(self.area)


class AddressBase(Sourced):
    """Where there are addresses, and nothing else of them: one row, for counting how many are near.

    ``spots`` holds longitude and latitude in millionths of a degree, pairs of four bytes each, big
    end first, in order, each pair once.
    """

    spots = models.BinaryField(_("spots"))

    class Meta:
        verbose_name = _("address base")
        verbose_name_plural = _("address bases")

    def __str__(self) -> str:
        return self.source
