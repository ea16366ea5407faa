"""Messages by mail and to the house itself."""

import pytest
from django.conf import LazySettings

from anmin.channels import queries
from anmin.channels.actions import deliver_due
from anmin.channels.models import Message
from anmin.channels.providers.base import OutgoingMessage, Provider, Sent
from anmin.channels.registry import provider_class, provider_codes, register
from anmin.channels.tests.gateways import MailServer
from anmin.channels.tests.test_outbox import only
from anmin.channels.tests.wang import to_wang
from anmin.kernel.errors import NotFound

pytestmark = pytest.mark.django_db


class TestMail:
    def test_a_mail_arrives(self, mail: MailServer) -> None:
        facts = {"medium": "email", "language": "zh-hans", "body": "您好，请评价。\n.\n谢谢"}
        to_wang(recipient="Wang@Example.org", **facts)
        to_wang(key="second", recipient="li@example.org", **facts)
        assert deliver_due() == 2
        assert mail.connections == 1, "one connection for the batch"
        assert sorted(to for to, _data in mail.mails) == [["li@example.org"], ["wang@example.org"]]
        sent = Message.objects.get(key="callback:1:1")
        data = next(data for to, data in mail.mails if to == ["wang@example.org"])
        assert sent.provider_ref.encode() in data
        assert b"Auto-Submitted: auto-generated" in data

    @pytest.mark.parametrize(
        ("code", "status"), [(550, "dead"), (450, "failed"), (535, "failed"), (421, "failed")]
    )
    def test_refusals(self, mail: MailServer, code: int, status: str) -> None:
        mail.refuse["wang@example.org"] = code
        to_wang(medium="email", recipient="wang@example.org")
        to_wang(key="z", medium="email", recipient="li@example.org")
        assert deliver_due() == 2
        refused, good = Message.objects.order_by("key")
        assert (refused.status, refused.last_error) == (status, f"mail server answered {code}")
        assert "wang" not in refused.last_error
        assert good.status == "sent"

    def test_no_mail_server(self, mail: MailServer, settings: LazySettings) -> None:
        settings.MAILERS["default"]["OPTIONS"]["port"] = 9
        to_wang(medium="email", recipient="wang@example.org")
        deliver_due()
        assert (only().status, only().last_error) == (
            "failed",
            "mail server: ConnectionRefusedError",
        )


class TestHouse:
    def test_the_inbox(self) -> None:
        for number in range(2):
            to_wang(key=f"n{number}", medium="inbox", recipient="zhouweiguo", body=f"第{number}条")
        to_wang(key="other", medium="inbox", recipient="chenli")
        assert queries.inbox("zhouweiguo") == []
        deliver_due()
        assert [queries.body_of(row) for row in queries.inbox("zhouweiguo")] == ["第1条", "第0条"]

    def test_the_console(self, settings: LazySettings, capsys: pytest.CaptureFixture[str]) -> None:
        settings.MESSAGE_ROUTES = {**settings.MESSAGE_ROUTES, "sms": "console"}
        to_wang()
        deliver_due()
        assert "+8613812345678\n  请评价：1满意" in capsys.readouterr().out

    def test_the_latest_message_about_something(self) -> None:
        to_wang(key="a", body="第一次")
        to_wang(key="b", body="第二次")
        assert queries.body_of(queries.latest_message("callback:1")) == "第二次"
        with pytest.raises(NotFound):
            queries.latest_message("callback:2")

    def test_providers_are_found_and_never_doubled(self) -> None:
        assert provider_codes() == ["console", "http_sms", "inbox", "smtp"]
        with pytest.raises(LookupError, match="console, http_sms, inbox, smtp"):
            provider_class("smpp")

        class Second(Provider):
            code = "console"

            def send(self, message: OutgoingMessage) -> Sent:
                return Sent()

        with pytest.raises(ValueError, match="console"):
            register(Second)
        assert provider_class("console") is not Second
