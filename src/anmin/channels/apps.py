"""The channels room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsConfig(AppConfig):
    """Messages to people outside the house, and what they answer."""

    name = "anmin.channels"
    label = "channels"
    verbose_name = _("Channels")

    def ready(self) -> None:
        """Load every provider at boot, so that a broken one stops the start, not a message."""
        from anmin.channels import registry

        registry.discover()
