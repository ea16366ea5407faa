"""What this room wrote about a matter that tells of somebody, taken out when the matter's time is over."""

from collections.abc import Collection

from django.db.models import Q

from anmin.matters.retention import erases
from anmin.property.models import Decision, Loss


def erase_words(matters: Collection[int]) -> None:
    """Erase the reasons that people wrote. Inside a transaction.

    What was decided stays, and by whom; who got a thing goes by its own rule (``actions.forget_receivers``).
    """
    Loss.objects.filter(matter__in=matters).update(reason="")
    Decision.objects.filter(ground__in=matters).update(reason="", answer="")


def still_decided(matters: Collection[int]) -> set[int]:
    """Those of these matters by which something is still to go back."""
    open_ones = Q(agreed=None) | Q(agreed=True, used_at=None)
    rows = Decision.objects.filter(open_ones, ground__in=matters)
    return {pk for pk in rows.values_list("ground_id", flat=True) if pk is not None}


erases(erase_words, rests=still_decided)
