"""What the walk over all addresses needs: one object of each sort, and something to send.

``World.path`` fills in an address for somebody, ``World.form`` is what a page there would send.
Whoever adds an address with a new part adds the part to ``_part``, and its form to ``form``; what
must be there for one cell only is a scene (``rights_scenes``).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.personas import PASSWORD, City, body, order_to

from anmin.callbacks import actions as calls
from anmin.callbacks.models import Answer, Callback
from anmin.callbacks.planning import NEWS
from anmin.callbacks.recording import Said
from anmin.config.tests import rights_programme
from anmin.config.tests.rights_property import things
from anmin.config.tests.rights_publishing import in_hand, to_write_about, written
from anmin.desk.matters.models import SavedFilter
from anmin.exchange.models import ImportRun, ProfileUse
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter
from anmin.matters.news import drain
from anmin.people import second_person
from anmin.people.actions import log_access
from anmin.people.models import AccessLog, Account, AccountRequest, Duty, SignedIn
from anmin.people.roles import Role
from anmin.places.models import Area, Responsibility, Unit
from anmin.registers.models import Item
from anmin.surveys.models import Case as SurveyCase
from anmin.surveys.tests.scene import in_field
from anmin.surveys.tests.test_results import asked as ended
from anmin.watch.actions import Case, propose
from anmin.watch.models import Candidate, Ground
from anmin.watch.tests.scene import figures

NOW = datetime(2026, 11, 10, 2, tzinfo=UTC)
SECRETS = {"other": "玉海专属暗号", "sealed": "密封专属暗号"}
"""A word of the other unit's and of the sealed matter: on no page of who may not see them."""
PHONE = "13900007777"
"""The telephone that the other unit's and the sealed matter hold: on no page that is only read."""


def whose(name: str, route: str) -> tuple[str, ...]:
    """Whose objects there are to ask for at an address."""
    if name == "portal:goods_claim":
        return ("-",)
    if name.startswith(("desk:owed_", "desk:document_about")) or (
        name.startswith("desk:property_") and "<str" in route
    ):
        return ("own", "other")
    if name == "desk:matters_bulk" or "<str:number>" in route:
        return ("own", "other", "sealed")
    several = ("callback_id", "answer_id", "run_id", "filter_id", "token", "item_id", "message_id")
    several += ("case_id",)
    named = {"desk:matter_new", "desk:day", "desk:reply_next", "sessions_end"}
    if name in named or any(f":{part}>" in route for part in several):
        return ("own", "other")
    return ("-",)


@dataclass(frozen=True)
class World:
    """Everything there is to ask for."""

    city: City
    people: Mapping[str, Account]
    matters: Mapping[str, Matter]
    orders: Mapping[str, Matter]
    """An order to the body of the partner, and one to another body."""
    callbacks: Mapping[str, Callback]
    answered: Mapping[str, Answer]
    claimed: Mapping[str, Callback]
    second: Account
    """方敏, who does what 林晓 does."""
    ended: str
    """The code of a wave whose asking has ended."""
    things: Mapping[str, Item]
    """A thing in the store of Jinhu that was asked to go back, and one of the other unit's;
    then the documents of a programme's milestones, by their items."""
    documents: Mapping[str, int]

    def path(
        self, name: str, route: str, mine: str, who: str, parts: Mapping[str, Any] | None = None
    ) -> str:
        """The address of a route for somebody, with the object of ``mine``, or ``parts``, in it."""
        plain = route
        for expression, sample in SAMPLES.items():
            plain = plain.replace(expression, sample)
        plain = re.sub(r"\(\?P<app_label>[\w|]+\)", "people", plain)
        plain = plain.replace("^", "").removesuffix("$")
        given = parts or {}

        def filled(part: re.Match[str]) -> str:
            known = part[1] in given
            return str(given[part[1]] if known else self._part(part[1], name, mine, who))

        return "/" + re.sub(r"<(?:\w+:)?(\w+)>", filled, plain)

    def _part(self, part: str, name: str, mine: str, who: str) -> Any:
        account = self.people.get(who) or self.people["officer"]
        if (mine == "other" and name == "sessions_end") or part in {"run_id", "filter_id"}:
            account = account if mine == "own" else self.city.other_officer
        if name.startswith("desk:programme"):
            return rights_programme.part(part, name, self.documents)
        model, _dot, _page = name.removeprefix("admin:").rpartition("_")
        parts = {
            "number": lambda: (
                self.orders[mine].number
                if name.startswith("desk:owed")
                else self.things[mine].number
                if name.startswith(("desk:property", "desk:document_about"))
                else self.answered[mine].callback.matter.number
                if name == "desk:answer_words" and mine in self.answered
                else self.matters[mine].number
                if mine in self.matters
                else "none"  # where the method is not taken; else a scene has one
            ),
            "code": lambda: CODES.get(
                name, self.city.wenhua.code if "index" in name else "2026-h2"
            ),
            "callback_id": lambda: (
                (self.claimed[mine] if name == "desk:claim" else self.callbacks[mine]).pk
            ),
            "answer_id": lambda: self.answered.get(mine, self.answered["own"]).pk,
            "request_id": lambda: AccountRequest.objects.get().pk,
            "run_id": lambda: ImportRun.objects.get(actor=account).pk,
            "filter_id": lambda: SavedFilter.objects.get(account=account).pk,
            "pk": lambda: (
                SignedIn.objects.get(session_key=f"other-{account.username}").pk
                if name == "sessions_end"
                else Candidate.objects.get().pk
            ),
            "case_id": lambda: SurveyCase.objects.order_by("pk")[0].pk,
            "key": lambda: "incidents",
            "kind": lambda: "incident",
            "party": lambda: 1,  # where it is not asked for; else a scene has one
            "what": lambda: "unit",
            "ending": lambda: "csv",
            "month": lambda: "2026-10",
            "level": lambda: "community",
            **dict.fromkeys(("version", "seq"), lambda: 1),
            "publication_id": lambda: in_hand(name).pk,
            "publication": lambda: "BG-2000-0001",
            "digest": lambda: "0" * 64,
            "series": lambda: "board",
            "file_id": lambda: 1,  # where it is not asked for; else a scene has one
            "message_id": lambda: 1,
            # where the method is not taken; else a scene has one
            **dict.fromkeys(("item_id", "outside_id", "number_id"), lambda: 1),
            "purpose": lambda: "check",
            "day": lambda: "2026-11-01",
            "size": lambda: 1,
            "provider": lambda: "http_sms",
            "token": lambda: "made-up",
            "content_type_id": lambda: ContentType.objects.get_for_model(Unit).pk,
            "object_id": lambda: ADMIN.get(model, Unit).objects.order_by("pk")[0].pk,
        }
        if part not in parts:
            raise LookupError(f"rights_world.py: say in _part what stands for <{part}> of {name}")
        return parts[part]()

    def investigator(self, who: str) -> str:
        """Whom somebody can name as having seized a thing."""
        return self.people[who].username if who in self.people else ""

    def form(self, name: str, mine: str, who: str) -> dict[str, Any]:
        """What a page there would send, as far as the right to send it decides; else nothing."""
        matter = self.matters.get(mine)
        taker = {"other": "hejun"}.get(mine, "chenli")
        unit = self.city.yuhai if mine == "other" else self.city.jinhu
        key = f"walk-{name}-{mine}-{who}"[:64]
        forms: dict[str, dict[str, Any]] = {
            "desk:matter_new": {
                "category": "theft",
                "summary": "x",
                "unit": unit.code,
                "opened_at": "2026-11-10T09:00",
            },
            "desk:matters_bulk": {
                "matter": [matter.pk if matter else 0],
                "do": "assign",
                "to": taker,
            },
            "desk:matter_assign": {"to": taker},
            "desk:matter_note": {"note": "x"},
            "desk:matter_correct": {"note": "x", "place": "瑞湖路1号"},
            "desk:matter_reveal": {"reason": "x"},
            "desk:matter_hold": {"reason": "x"},
            "desk:matter_unreasonable": {
                "category": "against_the_law",
                "why": "x",
                "evidence": "x",
            },
            "desk:answer_words": {"reason": "x"},
            "desk:account_decide": {"do": "accept"},
            "desk:claim": {"holds": "yes", "reason": "x"},
            "desk:filters": {"name": "y", "query": "view=all"},
            "desk:import": {"file": SimpleUploadedFile("a.csv", IMPORTED.encode())},
            "desk:survey_open": {
                "code": "2027-h1",
                "title_zh": "x",
                "title_en": "x",
                "sheet": "safety.1",
            },
            "desk:publication_new": {
                "source": "listing",
                "about": to_write_about() if name == "desk:publication_new" else "",
            },
            "desk:publication_draft": {"zh_title": "文化小区挂牌整治"},
            "desk:publication_do": {"reason": "x"},
            "desk:survey_assign": {"interviewers": [str(self.city.operator.pk)]},
            "desk:candidate": {"do": "keep", "reason": "x", "version": "1"},
            "desk:property_new": {
                "sort": "other",
                "title": "x",
                "procedure": "criminal",
                "investigator": who and self.investigator(who),
                "seized_at": "2026-11-10T09:00",
            },
            "desk:property_step": {
                "version": self.things[mine].version if mine in self.things else 0,
                "value": "1",
                "value_source": "market",
                "valued_on": "2026-11-10",
            },
            "desk:property_stores": {"do": "open", "code": f"S-{who}", "name": "x"},
            "desk:property_ask": {"sort": "destroy", "reason": "x"},
            "desk:property_decide": {"do": "agree"},
            "desk:property_secret": {"question": "x", "answer": "y"},
            "desk:property_secrets": {"reason": "x"},
            "desk:property_events": {
                "code": "other",
                "title_zh": "x",
                "title_en": "x",
                "day": "2026-11-16",
                "place": "x",
            },
            "desk:notice_preferences": {"kind": ["given"]},
            **rights_programme.forms(self.documents),
            "set_language": {"language": "en"},
            "account_login": {"login": "nobody", "password": "x"},
            "account_reauthenticate": {"password": PASSWORD},
            "account_change_password": {
                "oldpassword": PASSWORD,
                "password1": f"{PASSWORD}-neu",
                "password2": f"{PASSWORD}-neu",
            },
            "admin:places_unit_add": {"code": "NEW", "name": "新所", "kind": "other"},
            "admin:places_area_add": {
                "code": "999",
                "name": "新区",
                "level": "other",
                **{f"responsibilities-{end}": "0" for end in ("TOTAL_FORMS", "INITIAL_FORMS")},
            },
            "admin:people_account_add": {"username": "new", "role": "analyst", "is_active": "on"},
            "admin:people_duty_add": {
                "date": "2026-11-11",
                "unit": self.city.jinhu.pk,
                "account": self.city.duty_leader.pk,
                "role": "duty_leader",
                "shift": "whole",
            },
            "admin:places_responsibility_add": {
                "area": self.city.wenhua.pk,
                "unit": self.city.jinhu.pk,
            },
        }
        given = forms.get(name, {"post": "yes"} if name.endswith("_delete") else {})
        return {"key": key, **given}


CODES = {
    "desk:document": "daily",
    "desk:document_about": "receipt",
    "desk:document_about_file": "receipt",
    "desk:document_file": "daily",
    "desk:matter_step": "dispatch",
    "desk:owed_step": "accept",
    "desk:property_event": "day",
    "desk:property_step": "value",
    "desk:publication_do": "refuse",
    "desk:questionnaire": "safety",
    "portal:service": "id_card",
}
ADMIN: dict[str, Any] = {
    "places_area": Area,
    "places_unit": Unit,
    "places_responsibility": Responsibility,
    "people_account": Account,
    "people_duty": Duty,
    "people_accesslog": AccessLog,
    "exchange_profileuse": ProfileUse,
}
SAMPLES = {
    "(?:signup|email|confirm-email|password/reset|login/code)": "signup",
    "3rdparty/(?:signup/)?": "3rdparty/",
    "(?P<key>[-:\\w]+)": "key",
    "(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)": "1-key",
    "(?P<provider_id>[^/]+)": "single-sign-on",
    "(?P<url>.*)": "made-up",
    "keys/<int:pk>": "keys/1",
}
"""What stands for a part that an address names by an expression."""
IMPORTED = "案号,接报时间,案由,地址\n110-1,2026-03-01 08:30:00,盗窃,文化小区\n"


def make(city: City) -> World:
    """The whole world; made once for the walk."""
    apart = {Role.CLERK, Role.PARTNER}
    people = {role.value: getattr(city, role.value) for role in Role if role not in apart}
    people["clerk"] = Account.objects.create_user(
        "liuyan", PASSWORD, display_name="刘燕", role="clerk", unit=city.jinhu
    )
    bodies = body(), body("WB-YH", "玉海物业", "manager")
    people["partner"] = bodies[0].partner
    drain([NEWS])
    contact = ContactFacts("周玉兰", f"+86{PHONE}", "")
    elsewhere: dict[str, Any] = {"area": city.yuhai_town, "contact": contact}
    matters = {
        "own": city.incident(),
        "other": city.incident(summary=SECRETS["other"], **elsewhere),
        "sealed": city.incident(kind="walked_tip", summary=SECRETS["sealed"], contact=contact),
    }
    orders = {
        mine: order_to(one.unit, matters[mine], city.inspector, summary=SECRETS.get(mine, "路灯"))
        for mine, one in zip(("own", "other"), bodies, strict=True)
    }
    answered = {mine: _answer(city, mine) for mine in ("own", "other")}
    callbacks = {mine: _callback(city, mine) for mine in ("own", "other")}
    minor = {"minor_involved": True}
    claimed = {mine: _callback(city, mine, details=minor) for mine in ("own", "other")}
    in_field(city)
    written(city)
    ended(city, "2025-h2", sizes=(30, 30))
    figures()
    propose(account=city.analyst, case=Case(city.wenhua, Ground.RISE, "theft"), reason="盗窃多发")
    ProfileUse.objects.create(profile="walked", role="operator")
    Duty.objects.create(date=NOW.date(), unit=city.jinhu, account=city.duty_leader)
    log_access(account=city.operator, action="reveal_contact", subject="matter:JQ1")
    second_person.ask(account=city.analyst, changes={"role": "programme"}, by=people["admin"])
    second = Account.objects.create_user(
        "fangmin", "x", display_name="方敏", role="operator", unit=city.command
    )
    for account in (*people.values(), city.other_officer):
        SavedFilter.objects.create(account=account, page="matters", name="x", query="view=all")
        SignedIn.objects.create(
            account=account,
            session_key=f"other-{account.username}",
            began_at=NOW,
            seen_at=NOW,
        )
        ImportRun.objects.create(
            file_name="a.csv", size=1, profile="generic", actor=account, status="done"
        )
    found = things(city, people["clerk"]), rights_programme.programme(city)
    calls_there = callbacks, answered, claimed
    return World(city, people, matters, orders, *calls_there, second, "2025-h2", *found)


def _callback(city: City, mine: str, **changes: Any) -> Callback:
    """The callback of a matter that somebody of that unit has just answered."""
    elsewhere: dict[str, Any] = {"area": city.yuhai_town} if mine == "other" else {}
    matter = actions.move(
        matter_id=city.incident(**elsewhere, **changes).pk,
        code="answer",
        actor=Actor.of(city.other_officer if elsewhere else city.officer),
        inputs={"reply": "已处理。"},
    )
    drain([NEWS])
    return Callback.objects.select_related("matter").get(matter=matter, round=1)


def _answer(city: City, mine: str) -> Answer:
    """An answer with words, taken down by 林晓."""
    callback = calls.take(callback_id=_callback(city, mine).pk, operator=city.operator)
    return calls.record_answer(
        callback_id=callback.pk,
        operator=city.operator,
        said=Said(satisfaction="satisfied", solved="yes", text="谢谢"),
        key=f"answer-{mine}",
    )
