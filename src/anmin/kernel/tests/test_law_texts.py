"""Texts of laws that an installation holds, and newer ones beside them."""

from datetime import date
from pathlib import Path

import pytest

import anmin
from anmin.kernel.articles import BadLawText, digest_of
from anmin.kernel.kind_folders import kind_folders
from anmin.kernel.law_texts import (
    DIGESTS,
    Library,
    Verdict,
    changed_rules,
    compare,
    digests_toml,
    hold,
    read_digests,
)
from anmin.kernel.rules import RuleBook

KINDS = Path(anmin.__file__).parent / "matters" / "kinds"
TODAY = date(2026, 3, 6)
CYBER_2017 = "（略）\n第二十一条 网络日志不少于六个月。\n（略）\n第二十三条 网络关键设备。\n"
CYBER_2026 = "（略）\n第二十一条　国家支持研究。\n（略）\n第二十三条　网络日志\n不少于六个月。\n"
PENALTY = "（略）\n第一百一十六条 送达被侵害人。\n（略）\n第一百一十八条 期限三十日。\n"


def write(folder: Path, **texts: str) -> Library:
    folder.mkdir(exist_ok=True)
    names = {
        "cyber_2017": "网络安全法 2017-06-01.txt",
        "cyber_2026": "中华人民共和国网络安全法 2026-01-01.md",
        "penalty": "治安管理处罚法 2026-01-01.txt",
        "police_petitions": "公安机关信访工作规定 2023-07-01.txt",
    }
    for name, text in texts.items():
        (folder / names[name]).write_text(text, "utf-8")
    return Library(folder)


def held(folder: Path, library: Library) -> RuleBook:
    kinds = kind_folders([KINDS]).values()
    (folder / DIGESTS).write_text(
        digests_toml(hold(RuleBook(kinds=kinds), library, TODAY)), "utf-8"
    )
    return RuleBook(None, read_digests(folder), kinds)


def test_each_rule_carries_the_digest_of_the_text_of_its_time(tmp_path: Path) -> None:
    book = held(tmp_path, write(tmp_path, cyber_2017=CYBER_2017, cyber_2026=CYBER_2026))
    logs = digest_of("网络日志不少于六个月。")
    assert book.get("log.retention", date(2025, 12, 31)).digests == {"网络安全法 第二十一条": logs}
    assert book.get("log.retention", TODAY).digests == {"网络安全法 第二十三条": logs}
    assert book.get("case.finish", TODAY).digests == {}
    assert hash(book.get("log.retention", TODAY))


def test_a_newer_text_is_compared_article_by_article(tmp_path: Path) -> None:
    old = write(tmp_path / "old", cyber_2026=CYBER_2026, penalty=PENALTY)
    book = held(tmp_path / "old", old)
    newer = tmp_path / "new"
    write(newer, cyber_2026=CYBER_2026.replace("　", "\n\n"))
    (newer / "治安管理处罚法 2027-01-01.txt").write_text(
        PENALTY.replace("期限三十日", "期限六十日").replace("一十六条", "一十五条"), "utf-8"
    )
    found = {
        str(one.cited): one
        for one in compare(book, Library(newer), TODAY, Library(tmp_path / "old"))
    }
    assert found["网络安全法 第二十三条"].verdict is Verdict.SAME
    assert "网络安全法 第二十一条" not in found  # only the rule replaced in 2026 rested on it
    changed = found["治安管理处罚法 第一百一十八条"]
    assert (changed.verdict, changed.before) == (Verdict.CHANGED, "期限三十日。")
    assert changed.passage is not None
    assert (changed.passage.text, changed.passage.line) == ("期限六十日。", 4)
    assert {rule.key for rule in changed.rules} == {
        "case.finish",
        "case.extension",
        "case.extensions",
    }
    moved = found["治安管理处罚法 第一百一十六条"]
    assert (moved.verdict, str(moved.moved_to)) == (Verdict.MOVED, "第一百一十五条")
    assert found["信访工作条例 第三十四条"].verdict is Verdict.NOT_GIVEN
    # An article that was left out of the older text is none of the newer one either.
    assert found["治安管理处罚法 第一百零五条"].verdict is Verdict.GONE
    assert set(changed_rules(found.values())) == {
        "case.finish", "case.extension", "case.extensions", "case.victim_service",
        "property.unclaimed",
    }  # fmt: skip


def test_what_is_gone_or_was_never_held_is_said(tmp_path: Path) -> None:
    old = write(tmp_path / "old", penalty=PENALTY)
    book = held(tmp_path / "old", old)
    newer = write(
        tmp_path / "new", penalty="（略）\n第一百一十八条 期限三十日。\n", cyber_2026=CYBER_2026
    )
    found = {str(one.cited): one.verdict for one in compare(book, newer, TODAY)}
    assert found["治安管理处罚法 第一百一十六条"] is Verdict.GONE
    assert found["治安管理处罚法 第一百一十八条"] is Verdict.SAME
    assert found["网络安全法 第二十三条"] is Verdict.NOT_HELD


def test_a_source_without_an_article_rests_on_the_whole_text(tmp_path: Path) -> None:
    old = write(tmp_path / "old", police_petitions="第一条 甲。\n第二条 乙。\n")
    book = held(tmp_path / "old", old)
    newer = write(tmp_path / "new", police_petitions="第一条 甲。\n第二条 丙。\n")
    found = {str(one.cited): one for one in compare(book, newer, TODAY)}
    whole = found["公安机关信访工作规定"]
    assert whole.verdict is Verdict.CHANGED
    assert "petition.national.finish" in {rule.key for rule in whole.rules}


def test_the_encodings_in_which_laws_are_published(tmp_path: Path) -> None:
    path = tmp_path / "网络安全法 2026-01-01.txt"
    digests = set()
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "gb18030"):
        path.write_bytes(CYBER_2026.encode(encoding))
        text = Library(tmp_path).newest("网络安全法")
        assert text is not None
        digests |= {one.digest for one in text.articles.values()}
    assert len(digests) == 2


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("网络安全法.txt", b"", r"网络安全法\.txt: a text is named by its law and the day"),
        ("网络安全法 2026-13-01.md", b"", "a text is named by its law and the day"),
        ("网络安全法 2026-01-01.txt", b" \n", r"01\.txt: there is nothing in this file"),
        ("网络安全法 2026-01-01.txt", b"\n\xff\xff\xff", r"01\.txt, line 2: this is no text"),
        ("网络安全法 2026-01-01.txt", b"a\n\nb\x00", r"01\.txt, line 3: this is no text"),
        (
            "网络安全法 2026-01-01.txt",
            "第一条 甲\n第三条 乙\n".encode(),
            r"01\.txt, line 2: 第二条 is missing",
        ),
    ],
)
def test_a_text_that_cannot_be_used_is_refused_with_file_and_line(
    tmp_path: Path, name: str, content: bytes, reason: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadLawText, match=reason):
        hold(RuleBook(), Library(tmp_path), TODAY)


def test_one_law_of_one_day_stands_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("notes")
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    assert list(Library(tmp_path)) == []
    write(tmp_path, cyber_2026=CYBER_2026)
    (tmp_path / "网络安全法 2026-01-01.txt").write_text(CYBER_2026)
    with pytest.raises(BadLawText, match="is the same law from the same day"):
        Library(tmp_path)
    with pytest.raises(BadLawText, match="there is no folder of laws"):
        Library(tmp_path / "none")


def test_a_broken_list_of_digests_stops_with_its_place(tmp_path: Path) -> None:
    assert read_digests(tmp_path) == {}
    (tmp_path / DIGESTS).write_text('[[held]]\nkey = "case.finish"\n')
    with pytest.raises(BadLawText, match=r"digests\.toml: held: 0: effective: Field required"):
        read_digests(tmp_path)
    (tmp_path / DIGESTS).write_text("[[held")
    with pytest.raises(BadLawText, match=r"digests\.toml: "):
        read_digests(tmp_path)
