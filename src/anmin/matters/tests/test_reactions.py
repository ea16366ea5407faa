"""Questions to citizens: each answer is that question's alone."""

from tests.personas import City

from anmin.channels.models import Message
from anmin.channels.queries import body_of
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.contacts import ContactFacts
from anmin.matters.models import Matter, Reaction
from anmin.matters.reactions import answer_question, ask_citizen, read_answer

OTHER = ContactFacts("张建国", "+8613957700001", "")


def asked(city: City, matter: Matter, question: str) -> str:
    """The token of the link by which the question is answered."""
    actions.move(matter_id=matter.pk, code="arrive", actor=Actor.of(city.officer))
    ask_citizen(matter_id=matter.pk, code="ask", actor=Actor.of(city.officer), question=question)
    body = body_of(Message.objects.get(subject_ref=f"matter:{matter.number}"))
    return body.rpartition("/q/")[2].split("，")[0].split("。")[0].strip()


def test_an_answer_is_that_questions_alone(city: City) -> None:
    mine, theirs = city.incident(), city.incident(contact=OTHER)
    token, _other = asked(city, mine, "几点发现的？"), asked(city, theirs, "什么颜色？")
    answer_question(token=token, text="晚上八点")
    answered = Reaction.objects.get(matter=mine)
    assert read_answer(answered) == "晚上八点"
    waiting = Reaction.objects.get(matter=theirs)
    assert (waiting.answered_at, read_answer(waiting), waiting.via) == (None, "", "")
    theirs.refresh_from_db()
    assert theirs.state == "asked"
