"""Components of the desk as template tags. How to use each: README.md of this room."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from anmin.desk.shell import navigation as rooms
from anmin.desk.shell.figure import Figure
from anmin.desk.shell.templatetags import anmin_forms
from anmin.faces import icons
from anmin.faces.templatetags import anmin_time
from anmin.faces.timeline import Event
from anmin.faces.tones import TONES
from anmin.matters.clock import GIVEN_UP
from anmin.people.listing import clauses, listed
from anmin.people.sessions import clock_of

register = template.Library()
register.tags.update(anmin_forms.register.tags)
register.filter(listed)
register.filter(clauses)


def _trimmed(content: str) -> SafeString:
    # The block was rendered by the template engine, which has escaped it already.
    return mark_safe(content.strip())  # noqa: S308


# What a page says when it has nothing, not yet, not all or not for you to show.
STATES = {
    "empty": "inbox",
    "done": "circle-check",
    "loading": "loader-2",
    "partial": "chart-pie",
    "refused": "lock",
    "error": "alert-triangle",
    "conflict": "users",
    "offline": "wifi-off",
}


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler outline icon, decorative unless ``label`` is given."""
    return icons.draw(name, label)


@register.simple_tag(takes_context=True)
def navigation(context: template.Context) -> SafeString:
    """The rooms that this person may open, with the one they are in marked."""
    return rooms.drawn(context["request"])


@register.simple_tag(takes_context=True)
def session_clock(context: template.Context) -> SafeString:
    """For the page's script: how long one may do nothing, and when the session ends in any case."""
    request = context["request"]
    if not hasattr(request, "session"):
        return SafeString("")
    idle, ends_at = clock_of(request)
    return format_html(
        ' data-session-idle="{}" data-session-ends="{}" data-session-now="{}"'
        ' data-session-stay="{}"',
        idle,
        ends_at,
        int(time.time()),
        reverse("sessions_stay"),
    )


@register.simple_tag(takes_context=True)
def print_line(context: template.Context) -> str:
    """Who printed this page and as of when, for the head of the paper."""
    return _("%(name)s, as of %(when)s") % {
        "name": getattr(context["request"].user, "display_name", "") or "—",
        "when": anmin_time.exact(timezone.now()),
    }


@register.simple_tag
def kbd(keys: str) -> SafeString:
    """Keys as a hint: ``{% kbd "g b" %}``."""
    return format_html_join(" ", "<kbd>{}</kbd>", ((key,) for key in keys.split()))


@register.simple_tag
def badge(label: str, tone: str = "plain", title: str = "") -> SafeString:
    """A state as word, shape and colour. ``tone`` is a key of TONES (a stage or a meaning)."""
    return format_html(
        '<span class="badge-tone tone-{}"{}>{}<span>{}</span></span>',
        tone,
        format_html(' title="{}"', title) if title else "",
        icons.draw(TONES[tone]),
        label,
    )


@register.simple_tag
def tone_icon(tone: str) -> SafeString:
    """The shape that belongs to a tone."""
    return icons.draw(TONES[tone])


@register.inclusion_tag("desk/parts/deadline.html")
def deadline(
    due: datetime | None,
    state: str = "",
    met_at: datetime | None = None,
    ended: str = "",
    provisional: str = "",
    why: str = "",
    now: datetime | None = None,
) -> dict[str, Any]:
    """A deadline as a badge.

    ``state`` is "on_time", "at_risk" or "late" as the clock derives it (the margin that makes a
    deadline at risk is a rule, not a matter of looks); without it only late is told from not late.
    ``met_at`` is when the clock stopped: then the badge says whether it was in time, or, by
    ``ended``, that it was given up or ended with nothing owed.
    ``provisional`` names the holiday not yet announced; ``why`` explains a moved deadline.
    """
    now = now or timezone.now()
    if due is None:
        return {"due": None}
    if ended == GIVEN_UP:
        tone, words = "late", _("given up")
    elif ended and met_at is not None and met_at <= due:
        tone, words = "withdrawn", _("ended, nothing further due")
    elif met_at is not None:
        tone = "done" if met_at <= due else "late"
        words = (
            _("in time")
            if met_at <= due
            else _("%(time)s late") % {"time": anmin_time.duration(met_at - due)}
        )
    else:
        tone = state or ("late" if due <= now else "on_time")
        words = anmin_time.time_left(due, now)
    return {
        "due": due,
        "tone": tone,
        "shape": TONES[tone],
        "words": words,
        "iso": timezone.localtime(due).isoformat(timespec="seconds"),
        "exact": anmin_time.exact(due),
        "provisional": provisional,
        "why": why,
    }


@register.simple_block_tag
def page_header(
    content: str, title: str, lead: str = "", back_url: str = "", back_label: str = ""
) -> SafeString:
    """The page's h1 with its actions (the block's content)."""
    return render_to_string(
        "desk/parts/page_header.html",
        {
            "title": title,
            "lead": lead,
            "back_url": back_url,
            "back_label": back_label,
            "actions": _trimmed(content),
        },
    )


@register.simple_block_tag
def panel(content: str, title: str = "", lead: str = "", anchor: str = "") -> SafeString:
    """A titled surface for one thing."""
    return render_to_string(
        "desk/parts/panel.html",
        {"title": title, "lead": lead, "anchor": anchor, "content": content},
    )


@register.simple_block_tag
def state(content: str, kind: str, title: str, text: str = "") -> SafeString:
    """Nothing, not yet, not all, not for you, or done, with the way on as the block's content.

    ``kind`` is a key of STATES.
    """
    return render_to_string(
        "desk/parts/state.html",
        {
            "kind": kind,
            "shape": STATES[kind],
            "title": title,
            "text": text,
            "actions": _trimmed(content),
        },
    )


@register.simple_block_tag
def data_table(content: str, caption: str, anchor: str = "", walkable: bool = True) -> SafeString:
    """A table that scrolls in its frame, obeys j/k, and turns into cards on a phone.

    The block holds ``<thead>`` and ``<tbody>``; ``caption`` is read out, not shown.
    """
    return render_to_string(
        "desk/parts/data_table.html",
        {"caption": caption, "anchor": anchor, "walkable": walkable, "content": content},
    )


@register.simple_tag
def options(choices: Iterable[tuple[str, Any]], chosen: str = "") -> SafeString:
    """The options of a select from pairs of code and label."""
    return mark_safe(  # noqa: S308 - both are escaped
        "".join(
            f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>'
            f"{escape(str(label))}</option>"
            for code, label in choices
        )
    )


@register.inclusion_tag("desk/parts/pager.html")
def pager(newer: str = "", older: str = "", shown: str = "", target: str = "") -> dict[str, str]:
    """Newer and older by keyset: no page numbers, no counting. Empty URLs are ends of the list."""
    return {"newer": newer, "older": older, "shown": shown, "target": target}


@register.simple_block_tag
def filter_bar(
    content: str,
    action: str,
    target: str = "",
    active: Sequence[Mapping[str, str]] = (),
    saved: Sequence[Mapping[str, Any]] = (),
    clear_url: str = "",
    save_url: str = "",
) -> SafeString:
    """A GET form (the block's controls) above the chips of what is filtered now.

    ``active``: ``{"label", "remove_url"}``. ``saved``: ``{"label", "url", "current"}``.
    ``target``: CSS selector to swap by htmx; without it the page reloads.
    """
    return render_to_string(
        "desk/parts/filter_bar.html",
        {
            "action": action,
            "target": target,
            "controls": content,
            "active": active,
            "saved": saved,
            "clear_url": clear_url,
            "save_url": save_url,
        },
    )


@register.simple_block_tag
def confirm_dialog(content: str, anchor: str, title: str) -> SafeString:
    """A dialog opened by any ``<button data-opens="ANCHOR">``; the block holds text and form."""
    return render_to_string(
        "desk/parts/confirm_dialog.html", {"anchor": anchor, "title": title, "content": content}
    )


@register.simple_block_tag
def bulk_bar(content: str) -> SafeString:
    """Actions on the rows chosen with ``x``; hidden while none is. Use inside a form."""
    return render_to_string("desk/parts/bulk_bar.html", {"actions": content})


@register.inclusion_tag("desk/parts/progress.html")
def progress(
    label: str,
    done: int,
    total: int | None = None,
    poll_url: str = "",
    text: str = "",
    every: str = "2s",
) -> dict[str, Any]:
    """A progress bar that fetches itself again from ``poll_url`` until the view leaves it out.

    ``total`` None means unknown: the bar shows that work goes on, not how far.
    """
    return {
        "label": label,
        "done": done,
        "total": total,
        "poll_url": poll_url,
        "text": text,
        "every": every,
    }


@register.inclusion_tag("desk/parts/stat.html")
def stat(
    label: str,
    value: str,
    url: str = "",
    n: str = "",
    interval: str = "",
    trend: str = "",
    trend_tone: str = "plain",
    suppressed: bool = False,
    note: str = "",
) -> dict[str, Any]:
    """One figure that does not travel alone: value, n, interval, and the trend in words.

    A rise that chance explains is said to be one in ``trend``; a suppressed value is not shown.
    """
    return {
        "label": label,
        "value": value,
        "url": url,
        "n": n,
        "interval": interval,
        "trend": trend,
        "trend_tone": trend_tone,
        "trend_shape": TONES[trend_tone],
        "suppressed": suppressed,
        "note": note,
    }


@register.inclusion_tag("desk/parts/stat.html")
def tile(one: Mapping[str, Any]) -> dict[str, Any]:
    """A figure whose parts a view has gathered, by the names of ``stat``."""
    return stat(**one)


@register.inclusion_tag("desk/parts/facts.html")
def facts(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """A description list from pairs of label and value; empty values are shown as a dash."""
    return {"pairs": list(pairs)}


@register.inclusion_tag("desk/parts/masked.html")
def masked(value: str, reveal_url: str = "", what: str = "") -> dict[str, str]:
    """A masked contact and the button that reveals it; revealing is logged and says so.

    The view answers the POST with the clear value rendered by ``desk/parts/revealed.html``.
    """
    return {"value": value, "reveal_url": reveal_url, "what": what}


@register.inclusion_tag("desk/parts/timeline.html")
def timeline(events: Iterable[Event]) -> dict[str, Any]:
    """A matter's story: who (by role), what, what changed, what the citizen was told, what next."""
    return {"events": list(events)}


@register.inclusion_tag("desk/parts/figure.html")
def figure(drawn: Figure) -> dict[str, Any]:
    """A chart with its table, its CSV and how it was made."""
    return {
        "figure": drawn,
        "spec": drawn.spec(),
        "spec_id": f"{drawn.id}-data",
        "rows": drawn.table(),
    }
