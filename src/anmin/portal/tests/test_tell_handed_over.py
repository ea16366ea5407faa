"""A tip-off that is for another authority goes there, and its teller reads so."""

from functools import partial

import pytest
from tests.personas import City

from anmin.kernel import sealing
from anmin.kernel.errors import Refusal
from anmin.matters import actions
from anmin.matters.actor import Actor
from anmin.matters.models import Matter
from anmin.portal.tests import test_tell_pages as telling
from anmin.portal.tests.test_tell_pages import browser, kept_of, opened, read, tell

pytestmark = pytest.mark.django_db
_fast, second, key = telling._fast, telling.second, telling.key


def test_what_is_for_another_authority_goes_there(city: City, key: sealing.SealKeyMade) -> None:
    """刑事诉讼法 110, 监察法 37: its teller learns so; where it went lies under the seal."""
    client = browser()
    kept = kept_of(tell(client).content.decode())
    matter = Matter.objects.get()
    opened(key, matter.number)
    given = {"finding": "已移送处理", "handed_to": "市监察委员会"}
    move = partial(actions.move, matter_id=matter.pk, code="hand_over")
    with pytest.raises(Refusal):
        move(actor=Actor.of(city.inspector), inputs={"handed_to": "市监察委员会"})
    assert move(actor=Actor.of(city.inspector), inputs=given).state == "handed_over"
    page = read(client, kept).content.decode()
    assert ("已移送处理" in page, "监察委员会" in page) == (True, False)
    assert opened(key, matter.number).facts[-1].facts["handed_to"] == "市监察委员会"
