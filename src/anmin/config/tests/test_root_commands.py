"""`anmin root` and `anmin verify --root`, as an administrator uses them."""

import io
from pathlib import Path

import pytest
from django.utils import translation

from anmin.config.tests.console import Run
from anmin.evidence.models import Root
from anmin.evidence.tests.test_roots import rolled_back_to, write
from anmin.places.models import Area

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_root_is_made_shown_and_checked(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, _out, error = run("root", "show")
    assert (status, "no root has been signed yet" in error) == (1, True)
    assert run("root", "make")[0] == 1
    write(3)
    status, made, _error = run("root", "make", "--json")
    assert (status, made["size"], made["note"]) == (0, 3, Root.objects.get().note)
    write(2, start=3)
    run("root", "make")
    assert run("root", "show", "--size", "3", "--json")[1] == made
    assert run("root", "show", "--json")[1]["size"] == 6
    status, _out, error = run("root", "show", "--size", "99")
    assert status == 1
    key = run("root", "key")[1].strip()
    assert key == made["key"]
    assert made["note"].startswith(key.split("+")[0])

    mail = tmp_path / "mail.eml"
    mail.write_text(f"From: a@example.cn\nSubject: root\n\n{made['note']}\n")
    page = tmp_path / "page.txt"
    page.write_bytes(made["note"].encode("utf-16"))
    for root in (str(mail), str(page), made["note"], made["short"]):
        status, told, error = run("verify", "--root", root, "--json")
        assert (status, error) == (0, "")
        assert [one["found"] for one in told["roots"]] == ["holds"]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(made["short"].encode())))
    assert run("verify", "--root", "-")[0] == 0
    assert "Root of 3 records" in run("verify", "--root", str(mail))[1]


def test_a_rolled_back_database_is_told_by_a_root_from_outside(run: Run) -> None:
    write(3)
    made = run("root", "make", "--json")[1]
    Area.objects.all()._raw_delete("default")
    Root.objects.all()._raw_delete("default")
    rolled_back_to(1)
    status, told, _error = run("verify", "--root", made["short"], "--json")
    assert status == 1
    assert [one["found"] for one in told["roots"]] == ["rolled_back"]
    status, out, _error = run("verify", "--root", made["note"], "--root", made["short"])
    assert status == 1
    assert out.count("The database was rolled back: 2 records that were signed are gone.") == 2


@pytest.mark.parametrize(
    "root",
    ["no-such-file.txt", "", "x" * 5000, "a\nb", "\ud800", "/", "1-A " + "AAAAA " * 7],
)
def test_what_is_no_root_is_refused_and_nothing_is_checked(run: Run, root: str) -> None:
    write(1)
    status, out, error = run("verify", "--root", root)
    assert (status, out) == (1, "")
    assert "Traceback" not in error
    assert "root" in error


def test_the_refusal_is_in_the_language_of_the_console(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "没有签名根" in run("verify", "--root", "hello")[2]
    translation.deactivate()
