"""What the house wrote itself, for readers of another language than its own."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import get_language

from anmin.matters.models import Matter
from anmin.matters.queries import Line
from anmin.matters.registry import all_kinds


def headlines(matters: Iterable[Matter | Line]) -> dict[int, str]:
    """The lines that stand for matters which the house opened, in the reader's language.

    See ``Matter.headline``. One query at most; none for a reader of the house's own language.
    """
    if get_language() == settings.LANGUAGE_CODE:
        return {}
    made = {kind.code for kind in all_kinds() if kind.headline}
    keys = [one.id for one in matters if one.kind in made]
    found = Matter.objects.filter(pk__in=keys) if keys else ()
    return {one.pk: one.headline for one in found}
