"""The property room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PropertyConfig(AppConfig):
    """Stolen and seized things: their register, custody, owners, return, and what nobody claims."""

    name = "anmin.property"
    label = "property"
    verbose_name = _("Property")

    def ready(self) -> None:
        """Read the words of things, so that a broken file stops the start."""
        from anmin.property import erasing, words  # noqa: F401 - lets retention take out what it keeps

        words.sorts()
        words.colours()
