"""The callbacks room as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CallbacksConfig(AppConfig):
    """Who is called back, what they answered, what follows from it, and the day's sign-off."""

    name = "anmin.callbacks"
    label = "callbacks"
    verbose_name = _("Callbacks")

    def ready(self) -> None:
        """Read every data file at boot; importing ``planning`` follows the news of the matters."""
        from anmin.callbacks import (  # noqa: F401
            closings,
            concerns,
            dispositions,
            erasing,
            exclusions,
            holding,
            planning,
            replies,
            scripts,
            wanted,
        )
        from anmin.matters import terms

        concerns.concerns()
        terms.offer("concerns", concerns.concerns)
        dispositions.outcomes()
        exclusions.exclusions()
        scripts.wording()
        closings.require_flags()
