"""The staff face."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DeskConfig(AppConfig):
    """Pages, components and keys of the staff; each person's filters and notices."""

    name = "anmin.desk"
    label = "desk"
    verbose_name = _("Desk")

    def ready(self) -> None:
        """Read the ready answers at boot, so that a broken file stops the start, not a reader."""
        from anmin.desk import answers

        answers.all_answers()
