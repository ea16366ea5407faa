"""The room as a Django app."""

from django.apps import AppConfig


class FacesConfig(AppConfig):
    """A kind's facts as form, list, page and history."""

    name = "anmin.faces"
    label = "faces"

    def ready(self) -> None:
        """Read the ready answers at boot, so that a broken file stops the start, not a reader."""
        from anmin.faces import answers

        answers.all_answers()
