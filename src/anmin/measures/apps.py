"""The measures room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class MeasuresConfig(AppConfig):
    """The registry of lake tables and indicators; it has no database tables of its own."""

    name = "anmin.measures"
    label = "measures"
    verbose_name = _("Figures")

    def ready(self) -> None:
        """Let every room declare what it has, in its module ``measures``."""
        autodiscover_modules("measures")
