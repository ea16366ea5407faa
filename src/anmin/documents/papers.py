"""Documents about one matter or one thing: the reply to a petition, the notice of a listing, the receipt.

Each says what its reader may see of the matter, found by the policy of its room, and nothing sealed.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from anmin.callbacks.unhappy import head_unit
from anmin.documents import figures
from anmin.documents.description import (
    Basis,
    Block,
    Column,
    Day,
    Document,
    Fact,
    Facts,
    Heading,
    Listing,
    Number,
    Paragraph,
    Signing,
    Table,
    Text,
)
from anmin.kernel.errors import NotAllowed, NotFound
from anmin.matters.fact_types import typed_facts
from anmin.matters.fact_words import in_the_words_of
from anmin.matters.queries import matter_view
from anmin.people.listing import listed
from anmin.places.queries import area_labels, unit_labels
from anmin.property import words as property_words
from anmin.property.queries import item_view

if TYPE_CHECKING:
    from anmin.documents.registry import Asked
    from anmin.matters.models import Matter
    from anmin.matters.queries import MatterView

REVIEW = "petition.national.review_request"
REVIEW_LAW = "《信访工作条例》第三十五条"
SERVED = 8
"""Rows of a sheet that people sign, where nobody says how many."""


def petition_reply(asked: Asked) -> Document:
    """The written reply to a petition, with what can be done against it. Raises ``NotFound`` before it."""
    view = _view(asked, "petition")
    matter, facts = view.matter, view.matter.details
    if not facts.get("reply") or not facts.get("replied_at"):
        raise NotFound(_("This petition has not been answered in writing yet."))
    replied = _local(facts["replied_at"])
    blocks: list[Block] = []
    for title, name in (
        (_("What was asked for"), "demand"),
        (_("Facts found and legal grounds"), "reasons"),
        (_("Opinion on the demand"), "reply"),
    ):
        if told := _words(matter, name):
            blocks += [Heading(text=title), Paragraph(text=told)]
    days = settings.RULES.get(REVIEW, replied).value
    body = str(facts.get("review_body") or "") or _("the body above the one that replied")
    remedy = _(
        "Whoever does not accept this reply may ask %(body)s in writing for a review within %(days)s days of receiving it (%(law)s)."
    )
    blocks += [
        Heading(text=_("What you can do")),
        Paragraph(text=remedy % {"body": body, "days": days, "law": REVIEW_LAW}),
        Signing(labels=(_("Received by (signature)"),), dated=_("Date of receipt")),
    ]
    return _paper(
        asked,
        "petition_reply",
        _("Written reply to a petition"),
        blocks,
        about=matter.number,
        number=matter.number,
        addressee=_("To the petitioner"),
        issuer=str(facts.get("replied_by") or "") or _unit(matter),
        dated=replied,
    )


def listing_notice(asked: Asked) -> Document:
    """The notice to the bodies that answer for a listed place. Raises ``NotFound`` before it is listed."""
    view = _view(asked, "listing")
    matter, facts = view.matter, view.matter.details
    if not facts.get("listed_at"):
        raise NotFound(_("This place is not on the list."))
    place = matter.place
    if not place and matter.area_id:
        place = area_labels([matter.area_id])[matter.area_id]
    known = [
        Fact(label=_("Place"), value=Text(text=place), code="place"),
        Fact(label=_("Ground"), value=Text(text=_words(matter, "ground")), code="ground"),
        Fact(label=_("Counted since"), value=Day(day=_day(facts.get("since"))), code="since"),
        Fact(label=_("Events counted"), value=Number(value=facts.get("counted")), code="counted"),
        Fact(label=_("Usual number"), value=Number(value=facts.get("usual")), code="usual"),
    ]
    due = next((one for one in view.deadlines if one.clock == "term"), None)
    if due is not None:
        day = timezone.localdate(due.due_at)
        known.append(Fact(label=_("To be put right by"), value=Day(day=day), code="due"))
    lacks = _several(matter, "lacks")
    blocks: list[Block] = [
        Paragraph(
            text=_(
                "%(place)s has been listed for putting right under number %(number)s. The bodies that answer for it are named above; what is missing and by when it is to be there stands below."
            )
            % {"place": place, "number": facts.get("board_number", "")}
        ),
        Heading(text=_("Why this place")),
        Facts(facts=tuple(known)),
    ]
    if told := _words(matter, "case"):
        blocks.append(Paragraph(text=told))
    blocks += [
        Heading(text=_("What is missing")),
        Listing(
            items=tuple(
                _("(%(n)s) %(what)s") % {"n": n, "what": one} for n, one in enumerate(lacks, 1)
            )
        ),
        Heading(text=_("How it ends")),
        Paragraph(
            text=_(
                "A joint inspection looks at people, physical and technical protection, the owners' committee, the property manager and fire safety. The place is taken off the list when nothing is lacking any more."
            )
        ),
    ]
    if reply := _words(matter, "reply"):
        blocks += [Heading(text=_("What you replied")), Paragraph(text=reply)]
    return _paper(
        asked,
        "listing_notice",
        _("Notice of listing for putting right"),
        blocks,
        about=matter.number,
        number=str(facts.get("board_number") or matter.number),
        addressee=str(facts.get("bodies") or ""),
        issuer=_head() or _unit(matter),
        dated=_local(facts["listed_at"]),
    )


def receipt(asked: Asked) -> Document:
    """The receipt for a thing that went back; the name of who receives it is written by hand."""
    if asked.viewer is None:
        raise NotAllowed(_("A person has to ask for this document."))
    view = item_view(asked.viewer, asked.key)
    handover, item = view.handover, view.item
    if handover is None:
        raise NotFound(_("It has not been given back."))
    details = item.details
    sort = property_words.sorts().get(handover.sort)
    given = timezone.localtime(handover.at)
    known = (
        (_("Number"), Text(text=item.number), "number"),
        (
            _("What it is"),
            Text(text=f"{details.get('title', '')} {details.get('brand', '')}".strip()),
            "title",
        ),
        (_("Class"), Text(text=sort.label if sort else handover.sort), "class"),
        (
            _("Serial numbers, plates"),
            Text(text=listed(details.get("serials") or []) or "—"),
            "serials",
        ),
        (_("Value, in yuan"), Number(value=handover.value), "value"),
        (_("Case number"), Text(text=str(details.get("case_number") or "—")), "case"),
        (_("Agreed to by"), Text(text=str(handover.decision.decided_by)), "agreed"),
        (_("Given back on"), Day(day=given.date()), "given"),
        (_("Handed over by"), Text(text=str(handover.by)), "by"),
    )
    return _paper(
        asked,
        "receipt",
        _("Receipt for property given back"),
        [
            Facts(facts=tuple(Fact(label=one, value=cell, code=code) for one, cell, code in known)),
            Paragraph(text=_("I have received the thing named above, and it is complete.")),
            Signing(
                labels=(
                    _("Name of the receiver"),
                    _("Signature of the receiver"),
                    _("Signature of the keeper"),
                ),
                dated=_("Date"),
            ),
        ],
        about=item.number,
        number=item.number,
        issuer=unit_labels([item.unit_id])[item.unit_id],
        dated=given.date(),
        red_head=False,
    )


def sign_in_sheet(
    asked: Asked, *, title: str, place: str, rows: int, names: tuple[str, ...] = ()
) -> Document:
    """A sheet that those who come sign: with their names where they are known, else empty rows."""
    lines = max(rows or SERVED, len(names))
    columns = (
        Column(title=_("No."), sort="number", weight=0.5),
        Column(title=_("Name"), weight=1.4),
        Column(title=_("Unit or address"), weight=2),
        Column(title=_("Time"), weight=1),
        Column(title=_("Signature"), weight=1.6),
    )
    table = Table(
        columns=columns,
        rows=tuple(
            (
                Number(value=n),
                Text(text=names[n - 1] if n <= len(names) else ""),
                Text(),
                Text(),
                Text(),
            )
            for n in range(1, lines + 1)
        ),
    )
    facts = Facts(
        facts=(
            Fact(label=_("Occasion"), value=Text(text=title), code="occasion"),
            Fact(label=_("Place"), value=Text(text=place or "—"), code="place"),
            Fact(label=_("Day"), value=Day(day=asked.start), code="day"),
        )
    )
    made = _paper(
        asked,
        "sign_in",
        _("Sign-in sheet"),
        [facts, table],
        about="",
        number="",
        issuer=_own(asked),
        dated=asked.start,
        red_head=False,
    )
    return made.model_copy(update={"signature": ""})


def certificate(
    asked: Asked, *, title: str, holder: str, text: str, number: str, until: date | None
) -> Document:
    """A certificate that somebody holds something, until a day where it has an end."""
    blocks: list[Block] = [Paragraph(text=text)]
    if until is not None:
        told = _("Valid until %(day)s.") % {"day": date_format(until)}
        blocks.append(Paragraph(text=told))
    return _paper(
        asked,
        "certificate",
        title,
        blocks,
        about=number,
        number=number,
        addressee=holder,
        issuer=_own(asked),
        dated=asked.start,
    )


def _view(asked: Asked, kind: str) -> MatterView:
    """The matter as its reader sees it. Raises ``NotFound``, ``NotAllowed`` without a reader."""
    if asked.viewer is None:
        raise NotAllowed(_("A person has to ask for this document."))
    view = matter_view(asked.viewer, asked.key)
    if view.matter.kind != kind:
        raise NotFound(_("There is no such document about this matter."))
    return view


def _words(matter: Matter, name: str) -> str:
    """A fact in words; nothing where the reader does not see it."""
    kept = matter.details.get(name)
    if kept in (None, "", []):
        return ""
    return in_the_words_of(typed_facts(matter.type.details)[name], kept)


def _several(matter: Matter, name: str) -> list[str]:
    fact = typed_facts(matter.type.details)[name]
    return [in_the_words_of(fact, [one]) for one in matter.details.get(name) or []]


def _local(kept: Any) -> date:
    moment = datetime.fromisoformat(kept) if isinstance(kept, str) else kept
    return timezone.localdate(moment)


def _day(kept: Any) -> date | None:
    return date.fromisoformat(kept) if isinstance(kept, str) and kept else kept or None


def _unit(matter: Matter) -> str:
    return unit_labels([matter.unit_id])[matter.unit_id] if matter.unit_id else _head()


def _head() -> str:
    unit = head_unit()
    return unit_labels([unit.pk])[unit.pk] if unit else ""


def _own(asked: Asked) -> str:
    unit = asked.viewer.unit if asked.viewer is not None else None
    return unit_labels([unit.pk])[unit.pk] if unit else _head()


def _paper(
    asked: Asked,
    code: str,
    title: str,
    blocks: list[Block],
    *,
    issuer: str,
    dated: date,
    **more: Any,
) -> Document:
    return Document(
        code=code,
        language=asked.language,
        title=title,
        issuer=issuer,
        signature=issuer,
        blocks=tuple(blocks),
        dated=dated,
        basis=Basis(start=dated, end=dated),
        words=figures.words(),
        **{"red_head": True, **more},
    )
