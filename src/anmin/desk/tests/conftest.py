"""Signing in for stories at the desk."""

from collections.abc import Callable
from typing import Any

import pytest

SignIn = Callable[..., Any]


@pytest.fixture
def sign_in(settings: Any) -> SignIn:
    """A browser in which somebody is signed in, in Chinese unless told, second factor aside."""
    from django.test import Client

    settings.REQUIRE_SECOND_FACTOR = False

    def browser(account: Any, *, language: str = "zh-hans") -> Client:
        client = Client(headers={"Accept-Language": language})
        client.force_login(account)
        return client

    return browser
