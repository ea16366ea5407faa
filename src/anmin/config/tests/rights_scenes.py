"""What must be there before somebody asks at an address, where no object of the world will do.

A scene is made for one person and one cell and undone with it: a call in somebody's hand, a reply
that waits, a file that was uploaded, a wave with its frame. Whose it is, the cell says: ``own`` is
in the person's own hand, or about the person's own unit; ``other`` is a colleague's, or about
another unit.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from anmin.callbacks import actions as calls
from anmin.callbacks import contacting, inbox
from anmin.callbacks.dayboard import DayRows
from anmin.callbacks.draws import open_draw
from anmin.callbacks.models import Answer, Callback, Draw, QualityCheck, ReplyItem, Status
from anmin.callbacks.planning import NEWS
from anmin.callbacks.quality import NEEDED, take_check
from anmin.callbacks.recording import Said
from anmin.callbacks.replies import take_replies
from anmin.callbacks.signing import open_keys
from anmin.channels.actions import receive_reply
from anmin.channels.models import Message
from anmin.channels.models import Status as Delivery
from anmin.config.tests import rights_draws, rights_matters, rights_property, rights_surveys
from anmin.config.tests.rights_publishing import SCENES as OF_PUBLISHING
from anmin.config.tests.rights_scene import WALK, Made, Scene, colleague
from anmin.evidence.log import atomic
from anmin.exchange.models import ImportRun
from anmin.exchange.template import template_columns
from anmin.exchange.uploads import lay_down, queue, run_next
from anmin.files.actions import keep
from anmin.files.tests.samples import photo
from anmin.matters import actions
from anmin.matters.contacts import ContactFacts
from anmin.matters.news import drain
from anmin.people.models import Account
from anmin.people.policy import Capability, can
from anmin.people.roles import Role
from anmin.watch.evidence import level_of
from anmin.watch.index import RED
from anmin.watch.models import IndexMonth

if TYPE_CHECKING:
    from anmin.config.tests.rights_world import World
    from anmin.places.models import Unit

WROTE = ContactFacts("赵六", "+8613800001111", "")
"""Who answers by message."""
STRANGE = (
    "案号,接报时间,案由,地址",
    *(f"110-{n:02},2026-03-01 09:{n:02}:00,纠纷,罗阳大道{n}号" for n in range(60)),
)
"""The lines of a file that no profile is for."""


def _unit(world: "World", account: Account, mine: str) -> "Unit | None":
    """The person's own police unit (a partner's is the station that asks it), or another one."""
    if mine != "own":
        return world.city.yuhai
    return world.city.jinhu if account.role == Role.PARTNER else account.unit


# --- callbacks ----------------------------------------------------------------------------------


@atomic
def in_hand(world: "World", account: Account, mine: str) -> Scene:
    """A call that this person has taken, or a colleague."""
    holder = account if mine == "own" else colleague(world, account)
    callback = world.callbacks["other"]
    Callback.objects.filter(pk=callback.pk).update(
        status=Status.CALLING,
        not_before=timezone.now(),
        operator=holder,
        lease_until=timezone.now() + timedelta(minutes=20),
    )
    return Scene({"callback_id": callback.pk}, {"outcome": "no_answer"})


@atomic
def free_call(world: "World", account: Account, mine: str) -> Scene:
    """A call that nobody has: about the person's own unit, or about another one."""
    callback = world.callbacks["other"]
    unit = _unit(world, account, mine)
    Callback.objects.filter(pk=callback.pk).update(
        status=Status.CALLING, not_before=timezone.now(), unit=unit
    )
    return Scene({"callback_id": callback.pk}, {"key": None})  # nothing was typed before


def recorded(world: "World", account: Account, mine: str) -> Scene:
    """An answer that this person took down, or a colleague."""
    operator = account if mine == "own" else colleague(world, account)
    if not can(operator, Capability.WORK_CALLBACKS):
        operator = world.city.operator
    answer = _answered_by(world, operator)
    return Scene({"answer_id": answer.pk}, {"satisfaction": "fairly", "solved": "yes"})


def to_ask_again(world: "World", account: Account, _mine: str) -> Scene:
    """A citizen whom chance picked to be asked a second time, in this person's hand."""
    check = _picked(world, account, Draw.Purpose.RECALL)
    answered = {"outcome": "reached", "satisfaction": "satisfied", "solved": "yes"}
    return Scene(form={**answered, "check": str(check.pk)})


def to_check(world: "World", account: Account, _mine: str) -> Scene:
    """A call that chance picked to be checked, in this person's hand; its recording is not here."""
    check = _picked(world, account, Draw.Purpose.CHECK)
    return Scene(form={"check": str(check.pk), "unchecked": "no_recording"})


def _picked(world: "World", account: Account, purpose: Draw.Purpose) -> QualityCheck:
    answer = _answered_by(world, colleague(world, account))
    draw = open_draw(purpose, timezone.localdate())
    check = QualityCheck.objects.create(draw=draw, callback=answer.callback)
    if can(account, NEEDED[purpose]):
        take_check(account=account, purpose=purpose)
    return check


def _answered_by(world: "World", operator: Account) -> Answer:
    callback = world.callbacks["other"]
    with atomic():
        Callback.objects.filter(pk=callback.pk).update(
            status=Status.CALLING, not_before=timezone.now()
        )
    calls.take(callback_id=callback.pk, operator=operator)
    return calls.record_answer(
        callback_id=callback.pk,
        operator=operator,
        said=Said(satisfaction="satisfied", solved="yes"),
        key="walk",
    )


# --- messages -----------------------------------------------------------------------------------


def _messaged(unit: "Unit | None") -> Message:
    """The message about a noise that a unit answered this night."""
    now = timezone.now()
    matter = actions.open_matter(
        kind="incident",
        actor=WALK,
        category="noise",
        unit=unit,
        contact=WROTE,
        opened_at=now - timedelta(hours=10),
    )
    actions.move(
        matter_id=matter.pk,
        code="answer",
        actor=WALK,
        inputs={"reply": "已劝导。"},
        at=now - timedelta(hours=9),
    )
    drain([NEWS])
    contacting.advance()
    callback = Callback.objects.get(matter=matter)
    return Message.objects.get(subject_ref=f"callback:{callback.pk}", medium="sms")


@atomic
def wrote_back(world: "World", account: Account, mine: str) -> Scene:
    """Words of a citizen about the person's own unit or about another one, in that person's hand."""
    message = _messaged(_unit(world, account, mine))
    Message.objects.filter(pk=message.pk).update(
        status=Delivery.SENT, sent_at=timezone.now() - timedelta(minutes=1)
    )
    receive_reply(provider="t", provider_ref="walk", sender=WROTE.phone, text="你们来得太晚了")
    take_replies()
    item = ReplyItem.objects.latest("pk")
    if can(account, Capability.WORK_CALLBACKS):
        ReplyItem.objects.filter(pk=item.pk).update(
            operator=account, lease_until=timezone.now() + timedelta(minutes=20)
        )
    return Scene({"item_id": item.pk}, {"decision": inbox.Decision.WORDS, "about": message.pk})


@atomic
def waits(world: "World", account: Account, mine: str) -> Scene:
    """The same, and nobody has taken it yet."""
    scene = wrote_back(world, account, mine)
    ReplyItem.objects.filter(pk=scene.parts["item_id"]).update(operator=None, lease_until=None)
    return scene


@atomic
def not_delivered(world: "World", account: Account, mine: str) -> Scene:
    """A message about the person's own unit or about another one that could not be delivered."""
    message = _messaged(_unit(world, account, mine))
    Message.objects.filter(pk=message.pk).update(status=Delivery.DEAD, last_error="answered 400")
    return Scene({"message_id": message.pk}, {"reason": "已当面告知"})


# --- the day ------------------------------------------------------------------------------------


def days(world: "World", _account: Account, mine: str) -> Scene:
    """A unit's day, with a reason and a new owner for each thing that is owed."""
    unit, taker = {
        "own": (world.city.jinhu, "chenli"),
        "other": (world.city.yuhai, "hejun"),
    }[mine]
    form = {"confirm": "on", "note": ""}
    for key in open_keys(DayRows(unit, timezone.localdate())):
        name = key.replace(":", "-")
        form |= {f"why-{name}": "等待鉴定", f"who-{name}": taker}
    return Scene(form=form, query=f"?unit={unit.code}")


# --- files --------------------------------------------------------------------------------------


def upload(
    world: "World", account: Account, mine: str, *, unit: str = "RA-JH", lines: Sequence[str] = ()
) -> ImportRun:
    """A file with one theft, or these lines, uploaded by this person or by somebody else."""
    sender = account if mine == "own" else colleague(world, account)
    if not can(sender, Capability.IMPORT_RECORDS):
        sender = world.city.duty_leader
    heads = [title.strip("*") for title in template_columns()]
    told = {"警情编号": f"walk {sender.pk}", "报警时间": "2026-11-10 08:00:00"}
    told |= {"警情类别": "盗窃", "管辖单位": unit}
    rows = ({head: head for head in heads}, told, {"警情编号": "walk bad"})
    lines = lines or [",".join(row.get(head, "") for head in heads) for row in rows]
    return lay_down(["\n".join(lines).encode()], name="walk.csv", actor=sender)


def uploaded(world: "World", account: Account, mine: str) -> Scene:
    """A file that waits to be looked at."""
    run = upload(world, account, mine)
    return Scene({"run_id": run.pk}, {"profile": "template_zh"})


def to_keep(world: "World", account: Account, mine: str) -> Scene:
    """A file that no profile was chosen for, and a name for the one that was made for it."""
    run = upload(world, account, mine, lines=STRANGE)
    return Scene({"run_id": run.pk}, {"profile": "", "name": "walk"})


def imported(world: "World", account: Account, mine: str) -> Scene:
    """A file that was taken in, but for one row."""
    run = upload(world, account, mine)
    assert run.actor is not None
    queue(run.pk, profile="template_zh", actor=run.actor)
    run_next()
    return Scene({"run_id": run.pk})


def interrupted(world: "World", account: Account, mine: str) -> Scene:
    """An import that was broken off."""
    run = upload(world, account, mine)
    ImportRun.objects.filter(pk=run.pk).update(status="interrupted", profile="template_zh")
    return Scene({"run_id": run.pk})


def waits_for_its_turn(world: "World", account: Account, mine: str) -> Scene:
    """A file that the worker has not taken yet."""
    run = upload(world, account, mine)
    ImportRun.objects.filter(pk=run.pk).update(status="queued", profile="template_zh")
    return Scene({"run_id": run.pk})


def names_a_unit(world: "World", account: Account, mine: str) -> Scene:
    """An import whose file names a unit that nobody knew."""
    run = upload(world, account, mine, unit="RA-XX")
    ImportRun.objects.filter(pk=run.pk).update(
        status="done", profile="seattle_911", new_units={"RA-XX": ["新所", 1]}
    )
    return Scene({"run_id": run.pk}, {"code": ["RA-XX"]})


def photo_kept(world: "World", _account: Account, mine: str, name: str = "matter") -> Scene:
    """A photo of the own matter, of another unit's, or of the sealed one; and one more to send."""
    matter = (world.matters if name == "matter" else world.orders)[mine]
    content, sender = photo(), world.city.inspector
    kept = keep(
        label="matter",
        key=matter.number,
        name="门锁.jpg",
        chunks=[content],
        by=sender,
        request="walk",
    )
    file = SimpleUploadedFile("门锁.jpg", content)
    return Scene({"number": matter.number, "file_id": kept.pk}, {"file": file})


def order_photo_kept(world: "World", account: Account, mine: str) -> Scene:
    """The same of an order to the person's own body, or to another one."""
    return photo_kept(world, account, mine, "order")


# --- watching -----------------------------------------------------------------------------------


def one_event(world: "World", _account: Account, _mine: str) -> Scene:
    """A call that is said to be an event of its own."""
    told = {"matter": world.matters["own"].pk, "apart": "on", "reason": "另一起"}
    return Scene(form=told)


@atomic
def in_the_red(world: "World", _account: Account, _mine: str) -> Scene:
    """A town that the index of a month has in the red, and why it is put forward."""
    town, now = world.city.yuhai_town, timezone.now()
    score = {"score": 60.0, "low": 55.0, "high": 65.0, "band": RED, "covered": 1.0}
    IndexMonth.objects.create(
        month="2026-10",
        number=1,
        made_at=now,
        frame_version=1,
        scores={f"{level_of(town)}:{town.code}": score},
        cutoff=now,
        revision=1,
    )
    case = f"?ground=red_months&area={town.code}&about=2026-10"
    return Scene(form={"area": town.code, "reason": "连续标红"}, query=case)


SCENES: Mapping[str, Made] = {
    "desk:callback": in_hand,
    "desk:callback_phone": in_hand,
    "desk:callback_release": in_hand,
    "desk:callback_standing": in_hand,
    "desk:callback_take": free_call,
    "desk:callback_correct": recorded,
    "desk:callback_recall": to_ask_again,
    "desk:callback_recall_phone": to_ask_again,
    "desk:callback_check": to_check,
    "desk:reply": wrote_back,
    "desk:reply_next": waits,
    "desk:reply_number": wrote_back,
    "desk:reply_release": wrote_back,
    "desk:undelivered_number": not_delivered,
    "desk:undelivered_phone": not_delivered,
    "desk:undelivered_settle": not_delivered,
    "desk:day": days,
    "desk:matter_link": rights_matters.twin,
    "desk:matter_merge": rights_matters.twin,
    "desk:matter_part": rights_matters.made_one,
    "desk:matter_request": rights_matters.asked_for,
    "desk:matter_parties": rights_matters.with_party,
    "desk:matter_party_end": rights_matters.with_party,
    "desk:matter_party_reveal": rights_matters.with_party,
    "desk:matter_files": photo_kept,
    "desk:matter_file": photo_kept,
    "desk:matter_file_small": photo_kept,
    "desk:owed_files": order_photo_kept,
    "desk:owed_file": order_photo_kept,
    "desk:owed_file_small": order_photo_kept,
    "desk:import_run": uploaded,
    "desk:import_start": uploaded,
    "desk:import_discard": uploaded,
    "desk:import_keep": to_keep,
    "desk:import_again": interrupted,
    "desk:import_undo": imported,
    "desk:import_rejects": imported,
    "desk:import_units": names_a_unit,
    "desk:import_progress": waits_for_its_turn,
    "desk:number": rights_draws.number_awaited,
    "portal:one_draw": rights_draws.drawn_day,
    "desk:survey_frame": rights_surveys.wave_opened,
    "desk:survey_rejected": rights_surveys.frame_refused,
    "desk:survey_freeze": rights_surveys.frame_in,
    "desk:survey_draw": rights_surveys.frozen,
    "desk:survey_release": rights_surveys.asked,
    "desk:survey_results": rights_surveys.asked,
    "desk:survey_results_csv": rights_surveys.asked,
    "desk:survey_margins": rights_surveys.totals,
    "desk:survey_method": rights_surveys.asked,
    "desk:survey_outside": rights_surveys.outside,
    "desk:survey_outside_file": rights_surveys.outside_file,
    "desk:survey_outside_kept": rights_surveys.outside_kept,
    "desk:survey_file": rights_surveys.plain_file,
    "desk:survey_paper": rights_surveys.on_paper,
    "desk:interview": rights_surveys.interviewed,
    "desk:interview_contact": rights_surveys.interviewed,
    "desk:interview_release": rights_surveys.interviewed,
    "desk:candidate_new": in_the_red,
    "desk:watch_repeats": one_event,
    **rights_property.SCENES,
    **OF_PUBLISHING,
}
"""By the name of the address."""


def scene_for(world: "World", name: str, who: str, mine: str) -> Scene:
    """What is there for somebody who asks at that address; an empty scene where nothing is needed."""
    made = SCENES.get(name)
    account = world.people.get(who, world.city.officer)
    return made(world, account, mine) if made else Scene()
