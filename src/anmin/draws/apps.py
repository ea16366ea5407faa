"""The draws room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DrawsConfig(AppConfig):
    """Public numbers that draws wait for, and how anybody recomputes a draw."""

    name = "anmin.draws"
    label = "draws"
    verbose_name = _("Draws")

    def ready(self) -> None:
        """Read the table of sources; a broken one stops the start."""
        from anmin.draws.sources import sources

        sources()
