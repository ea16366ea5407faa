"""Somebody asks what the house holds of her, has it put right and erased; a stranger learns nothing."""

import re
from typing import Any

import pytest
from django.conf import LazySettings, settings
from django.utils import timezone
from tests.personas import WANG, City

from anmin.channels.addresses import recipient_index
from anmin.channels.models import Message, OptOut
from anmin.channels.queries import body_of
from anmin.kernel.errors import NotAllowed, Refusal
from anmin.matters import (
    actions,
    approvals,
    carrying_out,
    handing_out,
    held,
    holding,
    proving,
    retention,
)
from anmin.matters.actor import CITIZEN, Actor
from anmin.matters.contacts import ContactFacts, unseal
from anmin.matters.models import Anonymised, Contact, Entry, HandOut, Matter
from anmin.matters.opening import open_matter
from anmin.matters.public import face
from anmin.matters.reported import code_for, kept
from anmin.matters.texted_codes import digits
from anmin.matters.verify import verify

STRANGER = ContactFacts("赵无极", WANG.phone, "")


@pytest.fixture(autouse=True)
def home(settings: LazySettings, tmp_path: Any) -> None:
    settings.ANMIN_HOME = tmp_path


def asked(topic: str, contact: ContactFacts = WANG, words: str = "请告诉我") -> Matter:
    """A request as the public page opens it."""
    return open_matter(
        kind="data_request",
        actor=CITIZEN,
        category=topic,
        details={"words": words},
        contact=contact,
        source="portal",
        key=kept(topic),
        code=code_for(topic),
    )


def texted(matter: Matter) -> str:
    """The digits of the newest message about a matter."""
    body = body_of(Message.objects.filter(subject_ref=f"matter:{matter.number}").latest("pk"))
    found = re.search(r"\d{8}", body)
    assert found
    return found[0]


def proven(topic: str, **rest: Any) -> Matter:
    made = asked(topic, **rest)
    proving.text_digits(made)
    return proving.prove(made, code=texted(made), key="k")


def granted(city: City, matter: Matter, **inputs: Any) -> Matter:
    """吴敏 asks for it, 郑局 agrees, and the house carries it out."""
    request = approvals.ask(
        matter_id=matter.pk,
        code="grant",
        actor=Actor.of(city.inspector),
        reason="已核对",
        inputs=inputs,
    )
    approvals.agree(request_id=request.pk, actor=Actor.of(city.leader), reason="同意")
    assert carrying_out.carry_out() == 1
    assert carrying_out.carry_out() == 0
    return Matter.objects.get(pk=matter.pk)


def suggested(city: City, contact: ContactFacts = WANG) -> Matter:
    made = open_matter(
        kind="suggestion",
        actor=Actor.of(city.officer),
        category="suggest_patrols",
        summary="车棚加灯",
        area=city.wenhua,
        details={"proposal": "我家门前的车棚请加一盏灯", "way": "letter"},
        contact=contact,
    )
    return actions.move(
        matter_id=made.pk,
        code="answer",
        actor=Actor.of(city.duty_leader),
        inputs={"decision": "adopted", "reply": "下周加装。"},
    )


def test_it_goes_to_the_inspectorate_and_says_nothing_before_the_number_is_proven(
    city: City,
) -> None:
    known, unknown = (
        asked("data_access"),
        asked("data_copy", ContactFacts("钱多多", "+8613700009999")),
    )
    for one in (known, unknown):
        assert one.unit == city.inspectorate
        assert proving.asks_for_proof(one)
        proving.text_digits(one)
        with pytest.raises(Refusal, match="验证码不正确"):
            proving.prove(one, code="00000000", key="k")
        with pytest.raises(NotAllowed):
            actions.move(
                matter_id=one.pk, code="prove", actor=CITIZEN, inputs={"identity": "texted"}
            )
    texts = [
        body_of(one).replace(texted(about), "#")
        for about in (known, unknown)
        for one in Message.objects.filter(
            subject_ref=f"matter:{about.number}", template="data_code"
        )
    ]
    assert texts[0] == texts[1]  # whether the house knows the number shows nowhere
    index = recipient_index("sms", WANG.phone)
    other = digits(
        index, timezone.localdate(), purpose=proving.PURPOSE, about=unknown.number, length=8
    )
    with pytest.raises(Refusal):  # the code of another request opens nothing
        proving.prove(known, code=other, key="k")
    for _one in range(proving.TRIES.most):
        with pytest.raises(Refusal):
            proving.prove(known, code="00000000", key="k")
    with pytest.raises(Refusal, match="明天"):  # nor does the right one after so many wrong ones
        proving.prove(known, code=texted(known), key="k")


def test_digits_that_nobody_was_sent_prove_nothing(city: City) -> None:
    """Else a stranger would have ten guesses with each request that he opens with her number."""
    hers, his = asked("data_access"), asked("data_erasure")
    proving.text_digits(hers)
    index = recipient_index("sms", WANG.phone)
    right = digits(index, timezone.localdate(), purpose=proving.PURPOSE, about=his.number, length=8)
    with pytest.raises(Refusal, match="验证码不正确"):
        proving.prove(his, code=right, key="k")
    assert Matter.objects.get(pk=his.pk).state == "received"
    proving.text_digits(his)
    assert proving.prove(his, code=right, key="k").state == "proven"


def test_a_number_is_not_texted_without_end(city: City) -> None:
    made = [
        asked(topic) for topic in ("data_access", "data_copy", "data_erasure", "data_correction")
    ]
    for one in made[: proving.TEXTED.most]:
        proving.text_digits(one)
    with pytest.raises(Refusal, match="多次"):
        proving.text_digits(made[-1])


def test_the_file_holds_all_and_only_hers_opens_once_and_is_sealed(city: City) -> None:
    hers = city.answered(summary="车棚里的电动车被盗")
    city.incident(summary="别人的争吵", contact=STRANGER)  # the number was somebody else's before
    short = city.incident(summary="楼道堆物", contact=ContactFacts("王女士", WANG.phone))
    actions.add_note(matter_id=hers.pk, actor=Actor.of(city.officer), text="内部备注")
    request = granted(city, proven("data_access"))
    assert request.state == "done"
    row = HandOut.objects.get()
    texts = Message.objects.filter(subject_ref=f"matter:{request.number}", template="data_code")
    code = re.search(r"领取码：(\w{8})", body_of(texts.latest("pk")))
    assert code
    secret = code[1]
    sealed = bytes(row.sealed)
    assert "车棚里".encode() not in sealed
    with pytest.raises(Refusal, match="验证码不正确"):
        handing_out.fetch(request, code="22222222")
    Message.objects.update(status="sent")
    told = handing_out.fetch(request, code=secret.lower())
    said = str(told)
    for part in (
        hers.number,
        short.number,
        "车棚里的电动车被盗",
        WANG.phone,
        WANG.address,
        "已立案",
    ):
        assert part in said
    for part in ("别人的争吵", "赵无极", "内部备注", "chenli", "陈立", request.number + "'"):
        assert part not in said.replace(f"'number': '{request.number}'", "")
    assert bytes(HandOut.objects.get().sealed) == b""
    about = Message.objects.filter(subject_ref=f"matter:{request.number}", template="data_code")
    sent = about.exclude(status="queued")
    assert not sent.exclude(body=b"").exists()  # nor does the text with its code stay
    with pytest.raises(Refusal, match="没有待领取"):
        handing_out.fetch(request, code=secret)
    assert Entry.objects.filter(matter=request, action="file_fetched").count() == 1
    assert verify().sound


def test_nobody_grants_alone_and_a_refusal_names_the_article(city: City) -> None:
    made = proven("data_erasure")
    by = Actor.of(city.inspector)
    with pytest.raises(Refusal, match="他人同意"):
        actions.move(matter_id=made.pk, code="grant", actor=by)
    request = approvals.ask(
        matter_id=made.pk,
        code="refuse",
        actor=by,
        reason="见说明",
        inputs={"ground": "duty", "reply": "依照档案法第十三条须保存三年。"},
    )
    with pytest.raises(NotAllowed):
        approvals.agree(request_id=request.pk, actor=by, reason="同意")
    with pytest.raises(NotAllowed):
        approvals.agree(request_id=request.pk, actor=Actor.of(city.duty_leader), reason="同意")
    assert Matter.objects.get(pk=made.pk).state == "proven"
    approvals.agree(request_id=request.pk, actor=Actor.of(city.leader), reason="同意")
    left = Matter.objects.get(pk=made.pk)
    assert left.state == "refused"
    assert "档案法第十三条" in body_of(
        Message.objects.filter(subject_ref=f"matter:{made.number}").latest("pk")
    )
    assert any("档案法第十三条" in one.text for one in face(left).story)
    assert carrying_out.carry_out() == 0


def test_erasure_takes_what_nothing_keeps_and_uses_the_rest_no_more(city: City) -> None:
    free, other, fixed = suggested(city), suggested(city, STRANGER), city.answered()
    held_one = suggested(city)
    holding.hold(matter_id=held_one.pk, by=city.inspector, reason="复查")
    request = granted(city, proven("data_erasure"))
    assert list(Anonymised.objects.values_list("matter", "rule")) == [(free.pk, "data_request")]
    gone = Matter.objects.get(pk=free.pk)
    assert (gone.summary, "proposal" in gone.details) == ("", False)
    assert Matter.objects.get(pk=other.pk).details["proposal"]
    result = request.details["result"]
    assert fixed.number in result
    assert "档案法 第十三条" in result
    assert held_one.number in result
    about = set(OptOut.objects.values_list("about", flat=True))
    assert about == {f"matter:{fixed.number}", f"matter:{held_one.number}"}
    assert (
        not Message.objects.filter(subject_ref=f"matter:{free.number}").exclude(body=b"").exists()
    )
    assert verify().sound


def test_a_correction_stands_wherever_it_was_wrong(city: City) -> None:
    first, second = city.answered(), city.incident(contact=ContactFacts("王女士", WANG.phone))
    request = granted(
        city,
        proven("data_correction"),
        right_name="王秀瑛",
        right_address="锦湖街道文化小区5幢",
        beside="当时停在五幢，不是三幢。",
    )
    for one in (first, second):
        facts = unseal(Contact.objects.get(matter=one), number=one.number)
        assert (facts.name, facts.phone, facts.address) == (
            "王秀瑛",
            WANG.phone,
            "锦湖街道文化小区5幢",
        )
        assert "当时停在五幢，不是三幢。" in [line.text for line in face(one).story]
    assert "2" in request.details["result"]
    assert verify().sound


def test_a_consent_is_taken_back(city: City) -> None:
    made = suggested(city)
    actions.move(matter_id=made.pk, code="consent", actor=CITIZEN)
    granted(city, proven("data_withdrawal"))
    assert Matter.objects.get(pk=made.pk).details["consent_publish"] is False


def test_what_nobody_fetches_is_gone_and_is_made_once_more(city: City) -> None:
    city.answered()
    request = granted(city, proven("data_access"))
    row = HandOut.objects.get()
    HandOut.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    assert handing_out.empty_old() == 1
    assert bytes(HandOut.objects.get().sealed) == b""
    actions.move(
        matter_id=request.pk, code="again", actor=Actor.of(city.inspector), note="未能领取"
    )
    assert carrying_out.carry_out() == 1
    assert handing_out.waits(request) is not None


def test_a_person_is_who_is_named_so(city: City) -> None:
    wang = held.Person("王 秀英", WANG.phone)
    named = {one: wang.is_named(one) for one in ("王秀英", "王女士", "王某", "", "王秀", "李女士")}
    assert named == {
        "王秀英": True,
        "王女士": True,
        "王某": True,
        "": True,
        "王秀": False,
        "李女士": False,
    }
    assert held.matters_of(held.Person("王秀英", "")) == []
    assert settings.RULES.get("data_request.answer", timezone.localdate()).value == 15
    assert retention.anonymise_due() == 0
