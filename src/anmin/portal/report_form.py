"""What a citizen is asked who brings something new: a few questions, made from the kind."""

from typing import Any

from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from anmin.faces.details import form_field
from anmin.faces.forms import DETAIL, ContactForm, category_field
from anmin.files.queries import accepted, largest
from anmin.kernel.errors import Refusal
from anmin.matters.categories import categories_of, has_topics
from anmin.matters.contacts import ContactFacts, reached
from anmin.matters.kind import Kind
from anmin.places.map_coordinates import Point
from anmin.places.queries import towns
from anmin.portal.effort import Effort
from anmin.portal.point import DATUMS, near, read_point

TEXT, SHORT = 2000, 200
PHOTOS = 3
"""Photos that are taken with a report."""
"""Characters: of a citizen's words, and of the line that stands for them in lists."""


def photos_taken() -> str:
    """How many photos are taken with a report, how large, and what is removed from them."""
    told = {"photos": PHOTOS, "most": largest() // 2**20}
    return (
        gettext("Up to %(photos)s, of at most %(most)s MB each. Place and device are removed.")
        % told
    )


class Pictures(forms.FileInput):
    """A box for several files."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Several pictures, each as it was sent."""

    widget = Pictures

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Those that were sent; what they are is looked at afterwards."""
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        return [super(PhotosField, self).clean(one, initial) for one in given]

    def widget_attrs(self, widget: Any) -> dict[str, Any]:
        """What the browser offers: pictures."""
        return {"accept": accepted("picture")}


class ReportForm(ContactForm):
    """The questions that every kind has; those of one come from ``report_form``."""

    key = version = contact_address = contact_language = None  # type: ignore[assignment]
    kind: Kind
    only_topic = ""
    """What it is about, where that is nothing to choose."""

    text = forms.CharField(
        label=_("What happened, or what is it about?"),
        help_text=_("In your own words. Leave out personal details that are not needed."),
        max_length=TEXT,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Please say in a few words what it is about.")},
    )
    area: Any = forms.ModelChoiceField(
        label=_("Where? Town or subdistrict"),
        queryset=None,
        empty_label=_("please choose"),
        error_messages={
            "required": _("Please choose the town: it decides which police station is responsible.")
        },
    )
    place = forms.CharField(
        label=_("Street, house, or what is nearby"), max_length=SHORT, required=False
    )
    point = forms.CharField(
        label=_("Latitude and longitude"),
        help_text=_("As your telephone or a map shows them, such as 27.78120, 120.65510."),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
    )
    datum = forms.ChoiceField(
        label=_("Where did you read them off?"),
        choices=[("", _("please choose")), *DATUMS],
        required=False,
    )
    photos: Any = PhotosField(
        label=_("Photos"),
        required=False,
    )
    contact_name = forms.CharField(label=_("Your name"), max_length=80, required=False)
    contact_phone = forms.CharField(
        label=_("Your phone number"),
        help_text=_(
            "With a number we can contact you and send you the answer; without one you can "
            "follow it with the code."
        ),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    token = forms.CharField(max_length=400, widget=forms.HiddenInput)
    proof = forms.CharField(max_length=20, required=False, widget=forms.HiddenInput)
    alike = forms.CharField(max_length=1, required=False, widget=forms.HiddenInput)
    sum = forms.CharField(
        label="",
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def __init__(self, asked: Effort, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sum"].label = asked.question
        self.fields["photos"].help_text = photos_taken()
        if self.kind.seals or self.kind.keeps_sealed or self.named:
            del self.fields["photos"]
        if self.named:
            self._ask_who()
        if self.kind.by_citizen and self.kind.by_citizen.question:
            self.fields["text"].label = str(self.kind.by_citizen.question)
            self.fields["text"].help_text = ""
        if "place" in self.kind.unasked:
            for name in ("area", "place", "point", "datum"):
                del self.fields[name]
            return
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        area.queryset = towns()
        if self.kind.owner(None, self.kind.code) is not None:
            area.required, area.empty_label = False, str(_("no particular place"))

    @property
    def named(self) -> bool:
        """Whether it is about whoever asks."""
        return bool(self.kind.by_citizen and self.kind.by_citizen.named)

    def _ask_who(self) -> None:
        """Name and number are what it is found by."""
        name, phone = self.fields["contact_name"], self.fields["contact_phone"]
        name.required = phone.required = True
        name.help_text = _("As you gave it to us.")
        phone.help_text = _(
            "The one that you left with us. A code is texted there: it shows that it is yours."
        )
        name.error_messages["required"] = _("Please enter your name.")
        phone.error_messages["required"] = _("Please enter the number that you left with us.")

    def clean_photos(self) -> list[Any]:
        """So many as are taken with a report."""
        given: list[Any] = self.cleaned_data["photos"]
        if len(given) > PHOTOS:
            raise forms.ValidationError(photos_taken())
        return given

    def clean(self) -> dict[str, Any]:
        """The point, and the town that it is probably in where none was chosen: proposed, never taken."""
        data = super().clean() or {}
        self.at: Point | None = None
        if not data.get("point"):
            return data
        if not data.get("datum"):
            self.add_error("datum", _("Please choose where you read the numbers off."))
            return data
        try:
            self.at = read_point(data["point"], data["datum"])
            found = near(self.at)
        except Refusal as refusal:
            self.add_error("point", str(refusal))
            return data
        if found is not None and found.town is not None and not self.data.get("area"):
            self._propose(found.town.pk, found.town.label)
        return data

    def _propose(self, town: int, label: str) -> None:
        if not self.fields["area"].required:
            return
        self.errors.pop("area", None)
        told = _(
            "By the point it is probably %(town)s. It is chosen now: please check it, then send."
        )
        self.add_error("area", told % {"town": label})
        self.data = self.retyped(area=town)

    def contact(self) -> ContactFacts | None:
        """Who says it, to be written to in the language of this page; or nobody."""
        name = self.cleaned_data.get("contact_name", "")
        found = reached(name, self.phones, "", get_language() or "")
        return found if name or self.phones else None

    def said(self) -> dict[str, Any]:
        """What is opened with it. A longer text stands whole in the history."""
        data = self.cleaned_data
        text = " ".join(data["text"].split())
        short = text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"
        way = self.kind.by_citizen
        assert way is not None
        details = {
            name.removeprefix(DETAIL): value
            for name, value in data.items()
            if name.startswith(DETAIL) and value not in (None, "", [])
        } | dict(way.sets)
        kept = {way.words: data["text"]} if way.words else {}
        return {
            "category": data.get("category") or self.only_topic,
            "summary": "" if kept else short,
            "note": "" if kept or short == data["text"].strip() else data["text"],
            "area": data.get("area"),
            "place": data.get("place", ""),
            "point": self.at,
            "details": details | kept,
            "contact": self.contact(),
        }


def report_form(kind: Kind) -> type[ReportForm]:
    """The form of one kind."""
    assert kind.by_citizen is not None
    fields: dict[str, Any] = {
        DETAIL + name: form_field(kind.details.model_fields[name], required=name in kind.asks)
        for name in kind.by_citizen.asks
    }
    topics = list(categories_of(kind.code)) if has_topics(kind.code) else []
    if len(topics) > 1:
        fields["category"] = category_field(kind.code, _("please choose"), required=True)
    order = [
        "category",
        *(n for n in fields if n != "category"),
        "text",
        "area",
        "place",
        "point",
        "datum",
    ]
    order.append("photos")
    unasked = {"contact_name", "contact_phone"} if "contact" in kind.unasked else set()
    return type(
        "KindReportForm",
        (ReportForm,),
        {
            **fields,
            **dict.fromkeys(unasked),
            "kind": kind,
            "only_topic": topics[0] if len(topics) == 1 else "",
            "field_order": order,
        },
    )
