"""The matters room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MattersConfig(AppConfig):
    """The core: one engine, one timeline and one clock for every kind of matter."""

    name = "anmin.matters"
    label = "matters"
    verbose_name = _("Matters")

    def ready(self) -> None:
        """Load every kind at boot, so that a broken one stops the start, not a citizen."""
        from anmin.matters import reactions, registry  # noqa: F401 - takes replies

        registry.discover()
