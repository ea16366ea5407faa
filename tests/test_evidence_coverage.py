"""Every table of every room leaves evidence, or says in words why it need not."""

from django.apps import apps
from django.db import models

from anmin.evidence.evidenced import Evidenced, EvidencedRows

OURS = [model for model in apps.get_models() if model.__module__.startswith("anmin.")]
LIBRARIES = {
    "account": "addresses for mail; nobody signs in by them",
    "auth": "not used: roles stand in the account",
    "contenttypes": "names of tables, made by migrations",
    "admin": "Django's own list of recent changes; the access log is ours",
    "sessions": "sessions end by themselves; what was done in one is in the access log",
    "mfa": "second factors are sealed under the keyring; their removal is in the access log",
    "socialaccount": "links to single sign-on; a sign-in is in the access log",
    "django_tasks_database": "work to be done again at will",
}


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
    found = {model._meta.app_label for model in apps.get_models() if model not in OURS}
    assert found == set(LIBRARIES)
