"""The matters room as a Django app."""

from typing import TYPE_CHECKING

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from anmin.people.models import Account


class MattersConfig(AppConfig):
    """The core: one engine, one timeline and one clock for every kind of matter."""

    name = "anmin.matters"
    label = "matters"
    verbose_name = _("Matters")

    def ready(self) -> None:
        """Load every kind at boot, so that a broken one stops the start, not a citizen."""
        from anmin.matters import kept, reactions, registry  # noqa: F401 - what stands by being there

        registry.discover()
        post_save.connect(_moved, sender="people.Account", dispatch_uid="matters.moved")


def _moved(
    instance: "Account",
    created: bool,
    update_fields: frozenset[str] | None,
    **_rest: object,
) -> None:
    """Let matters leave that may not stay where somebody works now."""
    from anmin.matters import leaving

    if not created and (update_fields is None or "unit" in update_fields):
        leaving.moved(instance)
