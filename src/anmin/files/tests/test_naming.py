"""Names as people give them, and as nobody should."""

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from anmin.files.naming import LONGEST, clean_name
from anmin.files.types import Wrong, kinds_of_file


@given(st.text(max_size=300), st.sampled_from(sorted(kinds_of_file())))
def test_names_are_harmless(given_name: str, code: str) -> None:
    of = kinds_of_file()[code]
    try:
        name = clean_name(given_name, of)
    except Wrong:
        return
    assert name.endswith(of.endings)
    assert 0 < len(name) <= LONGEST + 20
    assert not set(name) & set('/\\<>:"|?*\0\r\n\u202e')
    assert name[0] not in ". "
    assert name.isprintable() or all(one == "\u3000" or one.isprintable() for one in name)
    assert clean_name(name, of) == name


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\门锁.JPG", "门锁.jpg"),
        ("门锁.png", "门锁.jpg"),
        ("gpj.\u202eexe", "gpj.exe.jpg"),
        ("con", "file con.jpg"),
        ("...", "file.jpg"),
        ("报告.第2版", "报告.第2版.jpg"),
    ],
)
def test_names_as_people_give_them(given_name: str, clean: str) -> None:
    with translation.override("en"):
        assert clean_name(given_name, kinds_of_file()["jpeg"]) == clean
