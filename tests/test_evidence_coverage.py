"""Every table of every room leaves evidence, or says in words why it need not."""

from pathlib import Path

from django.apps import apps
from django.db import models
from django.utils.module_loading import autodiscover_modules

import anmin
from anmin.evidence.bookkeeping import held_columns
from anmin.evidence.evidenced import Evidenced, EvidencedRows, shapes
from anmin.evidence.shapes import shape
from anmin.matters.news import places

OURS = [model for model in apps.get_models() if model.__module__.startswith("anmin.")]
LIBRARIES = {
    "account_emailconfirmation": "nobody confirms an address here",
    "auth_group": "not used: roles stand in the account",
    "auth_permission": "not used: roles stand in the account",
    "django_admin_log": "Django's own list of recent changes; the access log is ours",
    "django_content_type": "names of tables, made by migrations",
    "django_session": "signed, and ends by itself; what was done in one is in the access log",
    "django_tasks_database_dbtaskresult": "no room queues a task; one that is put in must name a"
    " task of the program, and none is",
}
ADOPTED = {
    "account_emailaddress",
    "mfa_authenticator",
    "socialaccount_socialaccount",
    "socialaccount_socialapp",
    "socialaccount_socialtoken",
}
FREE_TIMES = {
    "people.Account.last_login": "the access log has every sign-in",
    "people.SharedCache.expires": "a cache: what it keeps for too long is counted anew",
    "people.SignedIn.began_at": "a list; the clock of a session stands in it, signed",
    "people.SignedIn.seen_at": "a list; the clock of a session stands in it, signed",
    "desk_notices.Notice.at": "goes after some weeks; nothing waits for it",
    "desk_notices.Notice.read_at": "a convenience of its owner",
    "desk_matters.Looking.since": "a courtesy; nothing waits for it",
    "desk_matters.Looking.seen_at": "a courtesy; whoever has gone is shown no more",
    "evidence.Record.at": "sealed with its record",
}
REPLAYED = {"matters.Matter", "matters.Deadline", "matters.Entry"}
"""Their history replays to them, or covers them by its hash."""


def test_every_table_has_evidence_or_a_reason() -> None:
    neither = [
        model._meta.label
        for model in OURS
        if issubclass(model, Evidenced) == bool(getattr(model, "NO_EVIDENCE", ""))
    ]
    assert neither == []


def test_no_way_of_writing_passes_the_log() -> None:
    for model in OURS:
        if not issubclass(model, Evidenced):
            continue
        assert isinstance(model._default_manager.get_queryset(), EvidencedRows), model
        assert isinstance(model._meta.pk, models.IntegerField | models.OneToOneField), model


def test_what_is_left_out_or_named_are_columns() -> None:
    for model in OURS:
        names = {name for one in model._meta.fields for name in (one.name, one.attname)}
        assert set(getattr(model, "EVIDENCE_EXCEPT", {})) <= names, model
        if issubclass(model, Evidenced) and model.EVIDENCE_NAME:
            assert model.objects.values_list(*model.EVIDENCE_NAME.split()).query, model


def test_tables_of_libraries_are_known() -> None:
    found = {model._meta.db_table for model in apps.get_models() if model not in OURS}
    assert found == set(LIBRARIES) | ADOPTED
    attested = {form.table for form in shapes()}
    assert attested & found == ADOPTED


def test_no_way_of_writing_an_adopted_row_passes_the_log() -> None:
    for model in apps.get_models():
        if model._meta.db_table in ADOPTED:
            assert issubclass(model, Evidenced)
            assert isinstance(model._default_manager.get_queryset(), EvidencedRows)
            assert isinstance(model.objects.all(), EvidencedRows), model


def test_every_moment_that_is_not_attested_is_looked_at_or_holds_nothing_up() -> None:
    held = {(model, column) for model, column, _longest in held_columns()}
    for model in OURS:
        if model._meta.label in REPLAYED:
            continue
        attested = (
            {one.name for one in shape(model).attested} if issubclass(model, Evidenced) else set()
        )
        for field in model._meta.concrete_fields:
            label = f"{model._meta.label}.{field.name}"
            timed = isinstance(field, models.DateField) or "until" in field.name
            if timed and field.name not in attested:
                assert ((model, field.name) in held) != (label in FREE_TIMES), label


def test_every_place_of_a_reader_says_what_it_counts() -> None:
    """Nobody keeps a place by himself: only the news does, and it knows the table."""
    rooms = Path(anmin.__file__).parent
    users = {
        path.relative_to(rooms).as_posix()
        for path in rooms.rglob("*.py")
        if "Cursor.objects" in path.read_text() and "tests" not in path.parts
    }
    assert users == {"matters/news.py", "callbacks/proof.py"}
    autodiscover_modules("tasks")
    assert set(places().values()) == {"matters.Entry", "channels.Reply", "evidence.Receipt"}
