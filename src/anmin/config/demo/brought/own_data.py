"""Requests about personal data: handed out, put right, erased, refused, waiting, and never proven."""

from dataclasses import replace

from anmin.config.demo.brought.script import Brought, Told

FILE = {"words": "请告诉我你们保存了我的哪些信息。"}

OWN_DATA = tuple(
    replace(one, who="inspector")
    for one in (
    Brought(
        "data_request", "data_access", "", 14, FILE,
        (
            Told(13.8, "show", "inspector"),
            Told(12, "grant", "inspector", note="查到本人反映的事项一件。", agreed="同意提供，只给本人的内容。"),
            Told(11.9, "carry_out", "house"),
        ),
        whose="车棚凌晨增加巡逻",
    ),
    Brought(
        "data_request", "data_erasure", "", 9, {"words": "建议已经办完，请删除我的姓名和电话。"},
        (
            Told(8.5, "show", "inspector"),
            Told(6, "grant", "inspector", note="建议已办结，不再需要联系本人。", agreed="同意删除姓名和电话，建议内容保留。"),
            Told(5.9, "carry_out", "house"),
        ),
        whose="公园增设饮水点",
    ),
    Brought(
        "data_request", "data_correction", "", 21, {"words": "我的地址写错了，是5幢。"},
        (
            Told(20.7, "show", "inspector"),
            Told(18, "grant", "inspector", {"right_address": "锦湖街道文化小区5幢"},
                note="已与户口登记核对。", agreed="登记有误，同意更正。"),
            Told(17.9, "carry_out", "house"),
        ),
        whose="学校门口错峰放学",
    ),
    Brought(
        "data_request", "data_erasure", "", 33, {"words": "请删除我的报警记录。"},
        (
            Told(32, "show", "inspector"),
            Told(
                27, "refuse", "inspector",
                {"ground": "duty", "reply": "接处警记录依照档案法第十三条须保存至规定期限，期满后自动匿名化。"},
                note="属于法定保存期内的接处警记录。", agreed="依据明确，同意不予删除，告知救济途径。",
            ),
        ),
    ),
    Brought(
        "data_request", "data_copy", "", 3, FILE,
        (Told(2.6, "show", "inspector"),),
    ),
    Brought(
        "data_request", "data_withdrawal", "", 2, {"words": "不再同意公开我的建议。"},
        (Told(1.7, "show", "inspector"), Told(0.02, "grant", "inspector", note="本人撤回公开同意。", agreed="同意撤下公开内容。")),
        whose="车棚凌晨增加巡逻",
    ),
    Brought("data_request", "data_access", "", 0.2, FILE),
    Brought("data_request", "data_access", "", 40, FILE),
    Brought(
        "data_request", "data_copy", "", 26, FILE,
        (Told(25.5, "close", "inspector", note="本人来电，已找到回执，不再需要。"),),
    ),
    )
)  # fmt: skip
"""Written down by the inspectorate for people who came in person."""
