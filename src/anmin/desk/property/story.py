"""The story of one thing as the timeline shows it, and its facts in words."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from anmin.faces.timeline import Change, Event
from anmin.people.listing import listed
from anmin.property import words
from anmin.property.register import PROPERTY
from anmin.registers.actions import CLOCKS_DIFFER
from anmin.registers.declaration import ENTER

if TYPE_CHECKING:
    from anmin.property.queries import View
    from anmin.registers.models import Step

LISTS = {
    "sort": words.sorts,
    "colour": words.colours,
    "procedure": words.procedures,
    "custody_ground": words.custody_grounds,
    "value_source": words.value_sources,
}
DAYS = ("valued_on", "noticed_on", "unclaimed_from", "unrelated_on", "release_by")
INNER = ("keep_by", "kept_at", "extended")
"""What the page says elsewhere."""


def in_words(name: str, value: Any) -> str:
    """A fact for people."""
    if name in LISTS:
        term = LISTS[name]().get(value)
        return term.label if term else str(value)
    if name in DAYS:
        day = parse_date(str(value))
        return date_format(day, "DATE_FORMAT") if day else str(value)
    if name in ("kept_at", "custody_from"):
        moment = parse_datetime(str(value))
        return date_format(localtime(moment), "DATETIME_FORMAT") if moment else str(value)
    if name == "value":
        return words.yuan(value)
    if isinstance(value, list):
        return listed(value)
    return str(value)


def facts_of(view: View) -> list[tuple[str, str]]:
    """The facts in the order of their declaration."""
    people = {step.actor.username: str(step.actor) for step in view.steps}
    people |= {code.partition(":")[2]: name for code, name in view.called.items()}
    found = []
    for name, info in PROPERTY.details.model_fields.items():
        value = view.item.details.get(name)
        if value in (None, "", []) or name in INNER:
            continue
        told = people.get(value, value) if name == "investigator" else in_words(name, value)
        found.append((str(info.title), str(told)))
    return found


def events_of(view: View) -> list[Event]:
    """Steps, requests with their answers, and what was found of losses, the newest first."""
    told = [_step(view, step) for step in view.steps]
    for one in view.decisions:
        asked = _("Asked for: %(what)s") % {"what": one.get_sort_display()}
        told.append(_event(one.asked_at, one.asked_by, asked, note=one.reason, tone="waiting"))
        if one.decided_at is not None:
            label = _("Agreed: %(what)s") if one.agreed else _("Refused: %(what)s")
            tone = "done" if one.agreed else "declined"
            told.append(
                _event(
                    one.decided_at,
                    one.decided_by,
                    label % {"what": one.get_sort_display()},
                    note=one.answer,
                    tone=tone,
                )
            )
    for loss in view.losses:
        label = _("It is what was lost: %(number)s") if loss.holds else _("It is not: %(number)s")
        told.append(
            _event(
                loss.decided_at,
                loss.decided_by,
                label % {"number": loss.matter.number},
                note=loss.reason,
                tone="done" if loss.holds else "declined",
            )
        )
        if loss.told_at is not None:
            told.append(_event(loss.told_at, loss.decided_by, _("Whoever reported it was told")))
    return sorted(told, key=attrgetter("at"))[::-1]  # of one moment, what came later is above


def _step(view: View, step: Step) -> Event:
    label = _("Entered") if step.code == ENTER else str(PROPERTY.step(step.code).label)
    changes = [
        Change(label=str(PROPERTY.details.model_fields[name].title), after=in_words(name, value))
        for name, value in step.facts.items()
        if step.code != ENTER and name not in INNER
    ]
    if step.taker:
        was, now = (view.called.get(one, one) for one in (step.giver, step.taker))
        changes.insert(0, Change(label=_("In whose hands"), before=was, after=now))
    return _event(
        step.at,
        step.actor,
        label,
        note=" ".join(filter(None, (step.note, _recorded(step)))),
        changes=tuple(changes),
        tone=PROPERTY.states[step.state].tone,
    )


def _recorded(step: Step) -> str:
    """When it was written down, where that is not when it is said to have happened."""
    if step.recorded_at - step.at <= CLOCKS_DIFFER:
        return ""
    day = date_format(localtime(step.recorded_at), "DATETIME_FORMAT")
    return _("Written down only on %(day)s.") % {"day": day}


def _event(at: Any, actor: Any, action: str, **more: Any) -> Event:
    return Event(
        at=at, actor=str(actor.get_role_display()), actor_name=str(actor), action=action, **more
    )
