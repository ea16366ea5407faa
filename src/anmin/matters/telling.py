"""What a message names a matter by, so that whoever reported it knows which one is meant.

Only what the person told the house: what it is about, when and whereabouts, and the office that
answers for it. Of what is never named (``Category.unsaid``) nothing beyond that something was reported; no house number, no
name.
"""

from datetime import date

from django.conf import settings
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from anmin.matters.models import Matter
from anmin.places.queries import area_labels, top_unit_label, unit_labels


def named(matter: Matter, language: str = "") -> dict[str, str]:
    """The words of a message about a matter, in the language it is written in (the house's, if none).

    ``what``, ``when`` (day and time), ``where`` (the community; empty if unknown), ``office``,
    and ``about``: all of it in one phrase.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        moment = timezone.localtime(matter.opened_at)
        topic = matter.topic
        hidden = topic is None or topic.unsaid
        place, unit = matter.area_id or 0, matter.unit_id or 0
        told = {
            "what": _("your report") if hidden or topic is None else topic.label,
            "when": f"{day_said(moment.date())} {moment:%H:%M}",
            "where": "" if hidden else area_labels([place]).get(place, ""),
            "office": unit_labels([unit]).get(unit, ""),
        }
        phrase = _("%(what)s, %(where)s, %(when)s") if told["where"] else _("%(what)s, %(when)s")
        return {**told, "about": phrase % told}


def address(url: str, *matters: Matter) -> str:
    """An address as a message gives it: no link where whoever reads it is told to open none."""
    return _("our website") if any(one.topic and one.topic.unlinked for one in matters) else url


def day_said(day: date) -> str:
    """A day as a message says it: with the year where that is another one than now."""
    same = day.year == timezone.localdate().year
    return formats.date_format(day, "MONTH_DAY_FORMAT" if same else "DATE_FORMAT")


def bureau() -> str:
    """The name that messages begin with: the signature that carriers know, else the unit on top of
    all others."""
    given: str = settings.ENVIRONMENT.anmin_sms_signature
    return given or top_unit_label()
