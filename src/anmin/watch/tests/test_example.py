"""The newspaper page of 2011, read as this room reads figures."""

from django.utils import translation

from anmin.watch.example import newspaper_page


def test_the_page_said_honestly() -> None:
    with translation.override("zh-hans"):
        thefts, safe, content = newspaper_page()
    assert thefts.said == "某小区盗窃12起，上年同期9起，上升33.3%"
    assert (thefts.value, thefts.low, thefts.high) == ("1.33", "0.52", "3.58")
    assert thefts.concluded == (
        "即便这类数字只有纯偶然的波动，偶然就能解释（p = 0.66）；若波动更大，更是如此。"
    )
    assert (safe.said, safe.low, safe.high) == ("安全感：97.75%", "95.8%", "98.8%")
    assert (content.said, content.low, content.high) == ("满意率：93.75%", "90.9%", "95.7%")
    assert content.concluded.endswith("假定400人中有375人，才有这个区间。")
