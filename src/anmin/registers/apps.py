"""The registers room as a Django app."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class RegistersConfig(AppConfig):
    """Things that are kept account of: items, who has them, every step, stores and their keepers."""

    name = "anmin.registers"
    label = "registers"
    verbose_name = _("Registers")

    def ready(self) -> None:
        """Find the registers that the rooms above declare; a broken one stops the start."""
        autodiscover_modules("register")
