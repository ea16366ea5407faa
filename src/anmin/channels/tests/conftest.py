"""Gateways of these stories."""

from collections.abc import Iterator

import pytest
from django.conf import LazySettings

from anmin.channels.tests.gateways import SECRET, Gateway, MailServer, mail_server, sms_gateway


@pytest.fixture
def gateway(settings: LazySettings) -> Iterator[Gateway]:
    """An SMS gateway that every text message goes to."""
    with sms_gateway() as running:
        settings.SMS_URL, settings.SMS_SECRET = running.url, SECRET
        settings.SMS_TEMPLATE = None
        settings.MESSAGE_ROUTES = {**settings.MESSAGE_ROUTES, "sms": "http_sms"}
        yield running


@pytest.fixture
def mail(settings: LazySettings) -> Iterator[MailServer]:
    """A mail server that every mail goes to."""
    with mail_server() as running:
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": running.port, "timeout": 5},
            }
        }
        settings.MESSAGE_ROUTES = {**settings.MESSAGE_ROUTES, "email": "smtp"}
        yield running
