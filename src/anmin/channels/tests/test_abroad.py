"""Text messages go abroad only where the house allows it: anybody can type such a number."""

import pytest
from django.conf import LazySettings

from anmin.channels.actions import queue_message
from anmin.channels.addresses import goes_there

ABROAD = "+85223456789"


@pytest.mark.parametrize(("allowed", "status"), [(False, "cancelled"), (True, "queued")])
def test_nothing_goes_abroad_unless_the_house_allows_it(
    settings: LazySettings, db: None, allowed: bool, status: str
) -> None:
    settings.SMS_ABROAD = allowed
    given = {"medium": "sms", "body": "x", "language": "en", "subject_ref": "matter:X"}
    assert queue_message(key="there", recipient=ABROAD, **given).status == status
    assert queue_message(key="here", recipient="+8613857712345", **given).status == "queued"
    assert goes_there(ABROAD) is allowed
