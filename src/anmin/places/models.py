"""Areas by official code, the units of the bureau, the bodies beside it, and who answers for what."""

import re
import unicodedata
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from anmin.evidence.log import atomic
from anmin.kernel.bilingual import english
from anmin.kernel.phones import normalise_phone
from anmin.places.map_models import AddressBase as AddressBase
from anmin.places.map_models import Boundary as Boundary
from anmin.places.reference import Reference
from anmin.places.reference import Revision as Revision
from anmin.places.reference import pinned as pinned

CODE_LENGTH = 24
_CODE = re.compile(r"[^\s/]{1,24}")


def clean_code(text: str) -> str:
    """A code as it is stored: full-width forms folded, upper case, nothing around it.

    Upper case matters: paths are compared by prefix, and not every database tells ``a`` from ``A``
    there. Raises ``ValidationError`` if no code of 1 to 24 characters without blanks and slashes
    remains.
    """
    code = unicodedata.normalize("NFKC", text).strip().upper()
    if not _CODE.fullmatch(code):
        raise ValidationError(_("A code has 1 to 24 characters, no blank and no slash."))
    return code


def for_reader(name: str, name_en: str) -> str:
    """The name in the reader's language; the Chinese one where there is no other."""
    return name_en if name_en and english() else name


class AreaLevel(models.TextChoices):
    """The steps of the area tree, largest first."""

    CITY = "city", _("Prefecture city")
    COUNTY = "county", _("County or county-level city")
    TOWN = "town", _("Town or subdistrict")
    COMMUNITY = "community", _("Village or community")
    OTHER = "other", _("Other area")


class UnitKind(models.TextChoices):
    """What a unit is, as far as the house needs to tell units apart."""

    BUREAU = "bureau", _("Bureau")
    STATION = "station", _("Police station")
    WINDOW = "window", _("Service window")
    TRAFFIC = "traffic", _("Traffic police")
    COMMAND = "command", _("Command centre")
    INSPECTORATE = "inspectorate", _("Inspectorate")
    PROGRAMME = "programme", _("Programme office")
    OTHER = "other", _("Other unit")
    MANAGER = "manager", _("Property manager")
    OWNERS = "owners", _("Owners' committee")
    COMMUNITY = "community", _("Village or community")
    TOWN = "town", _("Town or subdistrict")
    FIRE = "fire", _("Fire and rescue")
    HOUSING = "housing", _("Housing authority")
    URBAN = "urban", _("Urban management")
    MEDIATION = "mediation", _("Mediation committee")
    BODY = "body", _("Other body outside the police")


OUTSIDE = frozenset(
    {
        UnitKind.MANAGER,
        UnitKind.OWNERS,
        UnitKind.COMMUNITY,
        UnitKind.TOWN,
        UnitKind.FIRE,
        UnitKind.HOUSING,
        UnitKind.URBAN,
        UnitKind.MEDIATION,
        UnitKind.BODY,
    }
)
"""The kinds of body that are no part of the police: they are given orders, and answer for no place."""


class Node(Reference):
    """A coded place in a tree. ``path`` is ``/grandparent/parent/code/`` and kept by ``save``."""

    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True)
    name = models.CharField(_("name"), max_length=80)
    name_en = models.CharField(_("name in English"), max_length=80, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    path = models.CharField(_("path"), max_length=255, editable=False, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with a fresh path, and move everything below along."""
        self.clean()
        before, self.path = self.path, self.path_below(self.parent)
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "path"}
        with atomic():
            super().save(*args, **kwargs)
            if before and before != self.path:
                self._move_children(before)

    @property
    def label(self) -> str:
        """The name in the reader's language; the Chinese one where there is no other."""
        return for_reader(self.name, self.name_en)

    def contains(self, other: Self) -> bool:
        """Whether the other is this place or lies below it."""
        return other.path.startswith(self.path)

    def clean(self) -> None:
        """Refuse a bad code and a tree that would bite its own tail."""
        self.code = clean_code(self.code)
        if self.pk and self.path and self.parent and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": _("It cannot be part of something below itself.")})
        self.fits()

    def fits(self) -> None:
        """Refuse what the tree it stands in does not allow; raises ``ValidationError``."""

    def path_below(self, parent: Self | None) -> str:
        """The path this place has as part of that parent."""
        return f"{parent.path if parent else '/'}{self.code}/"

    def _move_children(self, before: str) -> None:
        rows = type(self)._default_manager
        below = list(rows.filter(path__startswith=before).exclude(pk=self.pk))
        for row in below:
            row.path = self.path + row.path.removeprefix(before)
        rows.bulk_update(below, ["path"])


class Area(Node):
    """An area with its official code, from the county-level city down to the community."""

    level = models.CharField(_("level"), max_length=16, choices=AreaLevel)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    households = models.PositiveIntegerField(_("households"), null=True, blank=True)

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ("code",)


class Unit(Node):
    """A body that can own a matter: a station, a window, the command centre; or one outside the police.

    A body outside the police is no part of a police unit, nor the reverse, and never becomes the other.
    ``phone`` is where it is texted about what it owes; only such a body has one.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=UnitKind)
    area = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="units", verbose_name=_("seat")
    )
    active = models.BooleanField(_("in service"), default=True)
    phone = models.CharField(
        _("number for messages"),
        max_length=20,
        blank=True,
        help_text=_(
            "A body outside the police is texted here before an order is due, and once late."
        ),
    )

    EVIDENCE_NAME = "code"

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ("code",)

    @property
    def outside(self) -> bool:
        """Whether it is no part of the police."""
        return self.kind in OUTSIDE

    def fits(self) -> None:
        """Keep bodies outside the police and police units apart, in the tree and over time."""
        above = self.parent
        if isinstance(above, Unit) and above.outside != self.outside:
            raise ValidationError(
                {
                    "parent": _(
                        "A body outside the police is no part of a police unit, nor the reverse."
                    )
                }
            )
        before = Unit.objects.filter(pk=self.pk).values_list("kind", flat=True).first()
        if before is not None and (before in OUTSIDE) != self.outside:
            raise ValidationError(
                {
                    "kind": _(
                        "A police unit does not become a body outside the police, nor the reverse: add another."
                    )
                }
            )
        if self.phone and not self.outside:
            raise ValidationError({"phone": _("Only a body outside the police has one.")})
        if self.phone:
            number = normalise_phone(self.phone)
            if number is None:
                raise ValidationError({"phone": _("This is no telephone number.")})
            self.phone = number


class Responsibility(Reference):
    """That a unit answers for matters of a kind in an area and below it.

    An empty ``kind`` means every kind that has no row of its own there.
    """

    area = models.ForeignKey(
        Area, models.CASCADE, related_name="responsibilities", verbose_name=_("area")
    )
    kind = models.CharField(
        _("kind of matter"), max_length=32, blank=True, help_text=_("Empty: every kind.")
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="responsibilities", verbose_name=_("answering unit")
    )

    EVIDENCE_NAME = "area__code"

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        ordering = ("area__code", "kind")
        constraints = [
            models.UniqueConstraint(fields=("area", "kind"), name="places_one_unit_per_area_kind")
        ]

    def __str__(self) -> str:
        return f"{self.area} · {self.kind or '*'} → {self.unit}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save; a body outside the police answers for no place."""
        self.clean()
        super().save(*args, **kwargs)

    def clean(self) -> None:
        """Refuse a body outside the police: what it is to do is ordered from it, one by one."""
        if self.unit_id and self.unit.outside:
            raise ValidationError({"unit": _("A body outside the police answers for no place.")})
