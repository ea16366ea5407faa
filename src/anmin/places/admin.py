"""Areas, units and responsibilities in the reference-data admin."""

from django.contrib import admin

from anmin.places.models import Area, Responsibility, Unit


class ResponsibilityInline(admin.TabularInline["Responsibility", "Area"]):
    """Who answers in an area."""

    model = Responsibility
    extra = 0
    autocomplete_fields = ("unit",)


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin["Area"]):
    """Areas; a code that changes takes everything below along."""

    list_display = ("code", "name", "name_en", "level", "parent", "households")
    list_filter = ("level",)
    list_select_related = ("parent",)
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("parent",)
    inlines = (ResponsibilityInline,)


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin["Unit"]):
    """Units; one that has owned matters is taken out of service, not removed."""

    list_display = ("code", "name", "name_en", "kind", "parent", "area", "active")
    list_filter = ("kind", "active")
    list_select_related = ("parent", "area")
    search_fields = ("code", "name", "name_en")
    autocomplete_fields = ("parent", "area")


@admin.register(Responsibility)
class ResponsibilityAdmin(admin.ModelAdmin["Responsibility"]):
    """Which unit answers for which kind of matter where."""

    list_display = ("area", "kind", "unit")
    list_filter = ("kind",)
    list_select_related = ("area", "unit")
    search_fields = ("area__code", "area__name", "unit__code", "unit__name")
    autocomplete_fields = ("area", "unit")
