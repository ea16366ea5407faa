"""Changes that a comparison of values does not see: forms, keys, triggers, cursors, pickles."""

import base64
import pickle
from contextlib import suppress

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.utils import timezone, translation

from anmin.callbacks.models import Answer
from anmin.callbacks.planning import NEWS
from anmin.config import integrity
from anmin.evidence.findings import What
from anmin.matters.models import Entry
from anmin.matters.news import drain
from tests.tampering import Undo, in_groups, live, one_row, run, tables_of

CHANGED, INVENTED = What.CHANGED, What.INVENTED
type Case = tuple[What, str, str]
"""The sort of a finding, its table, and the change."""
FIRST = "(SELECT min(id) FROM callbacks_answer)"
FORMS = [
    (CHANGED, "callbacks.answer", f"UPDATE callbacks_answer SET callback_id = CAST(CAST(callback_id AS TEXT) AS BLOB) WHERE id = {FIRST}"),
    (CHANGED, "callbacks.callback", "UPDATE callbacks_callback SET attempts = attempts + 0.9 WHERE id = (SELECT min(id) FROM callbacks_callback)"),
    (CHANGED, "callbacks.answer", "UPDATE callbacks_answer SET consent_contact = 2 WHERE id = (SELECT min(id) FROM callbacks_answer WHERE consent_contact)"),
    (CHANGED, "callbacks.callback", "UPDATE callbacks_callback SET due_at = replace(due_at, ' ', 'T') || '+00:00'"),
    (CHANGED, "callbacks.answer", f"UPDATE callbacks_answer SET at = replace(at, ' ', '~') WHERE id = {FIRST}"),
    (CHANGED, "surveys.return", "UPDATE surveys_return SET answers = CAST(answers AS BLOB)"),
    (CHANGED, "surveys.return", "UPDATE surveys_return SET answers = '{\"a\": 1, ' || substr(answers, 2) WHERE answers LIKE '{\"%'"),
    (CHANGED, "matters.matter", "UPDATE matters_matter SET due_at = replace(due_at, ' ', '~')"),
    (CHANGED, "matters.matter", "UPDATE matters_deadline SET due_at = replace(due_at, ' ', 'T')"),
    (INVENTED, "matters.contact", "UPDATE matters_contact SET matter_id = CAST(CAST(matter_id AS TEXT) AS BLOB)"),
]  # fmt: skip
ANYWHERE = [
    (INVENTED, "matters.matter", "MATTER -5"),
    (INVENTED, "matters.matter", "MATTER 0"),
    (INVENTED, "matters.matter", "MATTER -9223372036854775808"),
    (What.CURSOR_AHEAD, "", "UPDATE matters_cursor SET position = position + 1000000"),
    (What.SET_BACK, "", "UPDATE matters_numberseries SET last = last - 1"),
    (
        What.SCHEMA,
        "",
        "DROP INDEX callback_taken; CREATE INDEX callback_taken ON callbacks_callback (operator_id) WHERE operator_id IS NULL",
    ),
]
FAR = "'2099-12-31 00:00:00+00:00'"
TOGETHER = [
    (What.CURSOR_AHEAD, "", "UPDATE matters_cursor SET position = position + 1000000 WHERE name = 'callbacks'"),
    (What.CURSOR_AHEAD, "", "INSERT INTO matters_cursor VALUES ('callbacks.receipts', 1000000)"),
    (What.UNREAD, "channels.reply", "UPDATE matters_cursor SET position = (SELECT max(id) FROM channels_reply) WHERE name = 'callbacks.replies'"),
    (What.HELD, "callbacks.callback", f"UPDATE callbacks_callback SET lease_until = {FAR}"),
    (What.HELD, "callbacks.qualitycheck", "UPDATE callbacks_qualitycheck SET lease_until = '9999-12-31 23:59:59+00:00'"),
    (What.HELD, "surveys.case", f"UPDATE surveys_case SET lease_until = {FAR}"),
    (What.HELD, "channels.message", f"UPDATE channels_message SET lease_until = {FAR}"),
    (What.HELD, "config.joblease", f"INSERT INTO config_joblease VALUES ('callbacks.plan', 'x', {FAR}, NULL, '', NULL, 0, '')"),
    (What.DONE_BY_HAND, "evidence.sign_root", "INSERT INTO config_joblease VALUES ('evidence.sign_root', '', NULL, '2026-01-01', '', NULL, 0, '')"),
    (What.HELD, "config.heartbeat", f"INSERT INTO config_heartbeat VALUES ('x', {FAR})"),
    (What.HELD, "people.tally", "INSERT INTO people_tally VALUES ('password:x', 99, 4000000000)"),
    (What.HELD, "exchange.importrun", f"UPDATE exchange_importrun SET heard_at = {FAR}"),
    (What.RECEIPT, "callbacks.answerlink", "DELETE FROM evidence_receipt WHERE label = 'callbacks.answerlink'"),
    (What.RECEIPT, "matters.reaction", "UPDATE matters_reaction SET answered_at = asked_at"),
    (What.RECEIPT, "evidence.receipt", "UPDATE evidence_receipt SET seq = (SELECT max(seq) FROM evidence_record) WHERE id = (SELECT min(id) FROM evidence_receipt)"),
    (What.HEAD_ALTERED, "", "INSERT INTO evidence_head (id, size, frontier, seal) SELECT 2, size, frontier, seal FROM evidence_head"),
    (What.CHAIN_BROKEN, "people.accesslog", "INSERT INTO people_accesshead (id, number, hash) SELECT 2, number, hash FROM people_accesshead"),
    (CHANGED, "channels.message", "UPDATE channels_message SET attempts = 99"),
    (What.SET_BACK, "JQ-", "DELETE FROM matters_numberseries"),
    (What.SCHEMA, "callback_open_due", "DROP INDEX callback_open_due"),
    (What.SCHEMA, "mine", "CREATE UNIQUE INDEX mine ON callbacks_answer (id, via)"),
    (What.SCHEMA, "barred", "CREATE INDEX barred ON callbacks_answer ((1 / id))"),
    (What.SCHEMA, "hidden", "ALTER TABLE places_area ADD COLUMN hidden integer"),
    (What.SCHEMA, "0002_later", f"INSERT INTO django_migrations (app, name, applied) VALUES ('matters', '0002_later', {FAR})"),
]  # fmt: skip
"""Changes that do not hide one another: the table of the finding, or a word of its name."""
FOREIGN = {
    "sqlite": [
        "CREATE TRIGGER lie AFTER UPDATE ON callbacks_callback BEGIN DELETE FROM callbacks_answer WHERE false END",
        "CREATE VIEW lie AS SELECT 1",
    ],
    "postgresql": [
        "CREATE VIEW lie AS SELECT 1",
        "CREATE RULE lie AS ON DELETE TO callbacks_answer DO INSTEAD NOTHING",
    ],
}


BUILT = {
    "sqlite": [
        (What.SET_BACK, "callbacks_answer", "UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'callbacks_answer'"),
        (CHANGED, "people.account", "UPDATE people_account SET display_name = CAST(x'ff41' AS TEXT) WHERE id = (SELECT min(id) FROM people_account)"),
        (CHANGED, "matters.matter", "UPDATE matters_matter SET opened_at = 'x' WHERE id = (SELECT min(id) FROM matters_matter)"),
    ],
    "postgresql": [
        (What.SET_BACK, "callbacks_answer", "SELECT setval(pg_get_serial_sequence('callbacks_answer', 'id'), 1)"),
        (What.SCHEMA, "callback_once", "ALTER TABLE callbacks_callback DROP CONSTRAINT callback_once"),
        (What.SCHEMA, "evidence_receipt_once", "ALTER TABLE evidence_receipt DROP CONSTRAINT evidence_receipt_once"),
        (What.SCHEMA, "callbacks_answer", "ALTER TABLE callbacks_answer DISABLE TRIGGER ALL"),
        (CHANGED, "people.duty", "UPDATE people_duty SET date = 'infinity' WHERE id = (SELECT min(id) FROM people_duty)"),
        (CHANGED, "matters.matter", "UPDATE matters_matter SET opened_at = '-infinity' WHERE id = (SELECT min(id) FROM matters_matter)"),
        (What.RECORD_ALTERED, "2", "UPDATE evidence_record SET at = 'infinity' WHERE seq = 2"),
        (What.FOREIGN, "lower(text)", "CREATE FUNCTION lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1'"),
        (What.FOREIGN, "part of", "CREATE TABLE child () INHERITS (callbacks_answer)"),
        (What.FOREIGN, "row security", "ALTER TABLE callbacks_answer ENABLE ROW LEVEL SECURITY"),
    ],
}  # fmt: skip


def _matter(key: str) -> str:
    with connection.cursor() as cursor:
        table = connection.introspection.get_table_description(cursor, "matters_matter")
    values = {"id": key, "number": f"'X{key}'", "external_id": f"'X{key}'"}
    names = [one.name for one in table]
    told = ", ".join(values.get(name, name) for name in names)
    return (
        f"INSERT INTO matters_matter ({', '.join(names)}) SELECT {told} FROM matters_matter"
        " WHERE id = (SELECT min(id) FROM matters_matter)"
    )


def _badly_seen(cases: list[Case]) -> list[str]:
    """Which of these changes, made at once, are not found by their sort and table, or not dated."""
    with suppress(Undo), transaction.atomic(), connection.cursor() as cursor:
        for _what, _table, sql in cases:
            if sql.startswith("MATTER "):
                sql = _matter(sql.removeprefix("MATTER "))
            for statement in [sql] if "TRIGGER" in sql else sql.split(";"):
                cursor.execute(statement.replace(" END", "; END"))
        report = integrity.check()
        assert not report.sound
        found = reversed([*report.findings])
        dated = {(one.what, one.table): one.at is not None for one in found}  # the first of each
        bad = [sql for what, table, sql in cases if not dated.get((what, table))]
        raise Undo
    return bad


def _touches(case: Case) -> set[str]:
    """What of a change another one must not touch to be found beside it."""
    what, table, sql = case
    named = {"matters_matter"} if sql.startswith("MATTER ") else tables_of(sql)
    return {*named, table.replace(".", "_"), f"{what} {table}"}


def _unseen(cases: list[Case]) -> list[str]:
    """What of several changes made at once is not found, or does not say what to do."""
    with connection.cursor() as cursor, suppress(Undo), transaction.atomic():
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _what, _where, sql in cases:
            cursor.execute(sql)
        report = integrity.check()
        assert not report.sound
        found = [(one.what, one.table, one.name) for one in report.findings]
        missed = [
            sql
            for what, where, sql in cases
            if not any(w is what and (t == where or not where or where in n) for w, t, n in found)
        ]
        with translation.override("en"):
            assert all(one.as_json()["advice"] and one.sentence for one in report.findings)
            assert report.sentence().count("→") >= 2
        raise Undo
    return missed


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
def test_forms_keys_triggers_and_cursors_are_found() -> None:
    live()
    drain()
    assert [one.sentence for one in integrity.check().findings] == []
    cases = [*ANYWHERE, *((What.FOREIGN, "", sql) for sql in FOREIGN[connection.vendor])]
    if connection.vendor == "sqlite":
        cases += FORMS
    assert [bad for group in in_groups(cases, _touches) for bad in _badly_seen(group)] == []
    assert _unseen([*TOGETHER, *BUILT[connection.vendor]]) == []
    _again()
    _passed_over()


def _again() -> None:
    """An answer removed, and another one given its number: the log tells of both."""
    last = Answer.objects.order_by("pk").last()
    assert last
    with pytest.raises(Undo), transaction.atomic():  # noqa: PT012
        run(f"DELETE FROM evidence_receipt WHERE label = 'callbacks.answer' AND row = {last.pk}")
        run(f"DELETE FROM callbacks_answer WHERE id = {last.pk}")
        last._state.adding, last.text = True, b"x"
        last.save()
        found = [one for one in integrity.check().findings if one.what == What.REUSED]
        assert [(one.table, one.pk) for one in found] == [("callbacks.answer", last.pk)]
        raise Undo


def _passed_over() -> None:
    """The planner's place moved over a closing: its citizen would never be called."""
    planned = "SELECT max(closing) FROM callbacks_callback WHERE round = 1 AND status <> 'done'"
    (closing,) = one_row(planned)
    matter = Entry.objects.get(pk=closing).matter
    for table in ("attempt", "answer", "answerlink", "qualitycheck"):
        run(f"DELETE FROM callbacks_{table} WHERE callback_id IN (SELECT id FROM callbacks_callback WHERE closing = {closing})")  # fmt: skip
    run(f"DELETE FROM callbacks_callback WHERE closing = {closing}")
    found = [one for one in integrity.check().findings if one.what == What.NO_CALLBACK]
    assert [(one.pk, one.name) for one in found] == [(matter.pk, matter.number)]
    run(f"UPDATE matters_cursor SET position = {closing - 1} WHERE name = '{NEWS}'")
    assert not [one for one in integrity.check().findings if one.what == What.NO_CALLBACK]


@pytest.mark.django_db
def test_what_is_put_into_the_shared_cache_runs_no_code() -> None:
    cache.set("limit", [1.5, 2.5])
    assert cache.get("limit") == [1.5, 2.5]
    ran: list[str] = []
    globals()["_ran"] = ran.append

    class Evil:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (_do, ("code",))

    until = timezone.now().replace(year=2099, microsecond=0)
    for value in (base64.b64encode(pickle.dumps(Evil())).decode(), "no base64 (", "W10"):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE people_sharedcache SET value = %s, expires = %s", [value, str(until)[:19]]
            )
        assert cache.get("limit") is None
    assert ran == []


def _do(word: str) -> None:
    globals()["_ran"](word)
