"""Areas, units and responsibilities in the reference-data admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _

from anmin.places.models import Area, Responsibility, Unit


class KeepsItsTop[P: Area | Unit](admin.ModelAdmin[P]):
    """Places of a tree: removed one by one, and never the one on top, which carries all others."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Not several at once, and not the top."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and obj.parent_id is not None


class ResponsibilityInline(admin.TabularInline["Responsibility", "Area"]):
    """Who answers in an area."""

    model = Responsibility
    extra = 0
    autocomplete_fields = ("unit",)


@admin.register(Area)
class AreaAdmin(KeepsItsTop["Area"]):
    """Areas; a code that changes takes everything below along."""

    list_display = ("code", "name", "name_en", "level", "parent", "households")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("parent",)
    inlines = (ResponsibilityInline,)


@admin.register(Unit)
class UnitAdmin(KeepsItsTop["Unit"]):
    """Units; one that has owned matters is taken out of service, not removed."""

    list_display = ("code", "name", "name_en", "kind", "parent", "area", "phone", "active")
    list_filter = ("kind", "active")
    list_select_related = ("parent", "area")
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("parent", "area")


class OfKind(admin.AllValuesFieldListFilter):
    """The kinds of matter, and what stands for every kind by its name: a link needs one."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Each choice with a name."""
        for one in super().choices(changelist):
            yield {**one, "display": one["display"] or _("every kind")}


@admin.register(Responsibility)
class ResponsibilityAdmin(admin.ModelAdmin["Responsibility"]):
    """Which unit answers for which kind of matter where."""

    list_display = ("area", "kind", "unit")
    list_filter = (("kind", OfKind),)
    list_select_related = ("area", "unit")
    search_fields = ("area__code", "area__name", "unit__code", "unit__name")
    autocomplete_fields = ("area", "unit")
