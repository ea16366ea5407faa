"""The places room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PlacesConfig(AppConfig):
    """Areas, units, and which unit answers for which area."""

    name = "anmin.places"
    label = "places"
    verbose_name = _("Places and units")
