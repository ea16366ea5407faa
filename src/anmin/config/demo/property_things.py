"""What things the demo city's police seized, and how each went on."""

import io
from dataclasses import dataclass, field
from typing import Any

from PIL import Image, ImageDraw

RGB = {"black": 0x222222, "white": 0xEEEEEE, "grey": 0x888888, "silver": 0xB8BEC4, "gold": 0xC9A94B,
       "red": 0xB03A3A, "blue": 0x2F5FA8, "green": 0x3C7A50, "brown": 0x7A5636}  # fmt: skip


@dataclass(frozen=True)
class Thing:
    """One thing: its class, what it is, brand, colour, value; how many days ago, and how it went on."""

    sort: str
    title: str
    brand: str
    colour: str
    value: int
    days: float
    end: str = "kept"
    procedure: str = "criminal"
    serial: str = ""
    late: bool = False
    facts: dict[str, Any] = field(default_factory=dict)


RETURNED = (
    Thing("cash", "现金", "", "", 51200, 46, "event"),
    Thing("car", "小轿车", "大众", "black", 168000, 41, "event", serial="浙C7K2D1"),
    Thing("car", "小轿车", "丰田", "white", 126000, 40, "event", serial="浙C9M3P8"),
    Thing("e_bike", "电动车", "雅迪", "blue", 2600, 44, "event", serial="YD20264411"),
    Thing("e_bike", "电动车", "爱玛", "red", 2400, 43, "event", serial="AM20261022"),
    Thing("e_bike", "电动车", "小牛", "white", 3600, 42, "event", serial="XN20268870"),
    Thing("e_bike", "电动车", "台铃", "grey", 2200, 39, "event", serial="TL20263154"),
    Thing("e_bike", "电动车", "绿源", "green", 2200, 37, "event", serial="LY20267702"),
    Thing("laptop", "手提电脑", "联想", "black", 4800, 45, "event", serial="PF3K7711A"),
    Thing("laptop", "手提电脑", "华为", "silver", 5600, 38, "event", serial="HW77120C9"),
    Thing("laptop", "手提电脑", "戴尔", "silver", 5200, 36, "event", serial="DL55K02R1"),
    Thing("laptop", "手提电脑", "惠普", "grey", 4400, 35, "event", serial="HP90021XQ"),
    Thing("phone", "手机", "华为", "black", 4200, 34, "event", serial="866412050011234"),
    Thing("phone", "手机", "苹果", "white", 5600, 33, "event", serial="356789104455667"),
    Thing("phone", "手机", "小米", "blue", 2800, 32, "event", serial="862233051190008"),
    Thing("phone", "手机", "荣耀", "green", 2600, 31, "event", serial="864455060077123"),
    Thing("watch", "手表", "天梭", "silver", 3800, 30, "event", serial="T0632091"),
    Thing("watch", "手表", "海鸥", "gold", 2900, 29, "event", serial="SG81607"),
    Thing("other", "金项链", "", "gold", 2100, 28, "event"),
)
OTHERS = (
    Thing("phone", "手机", "苹果", "black", 4600, 0.4, "seized", serial="353322119900876"),
    Thing("e_bike", "电动车", "爱玛", "black", 2300, 1.7, "seized", "administrative", late=True, serial="AM20267719"),
    Thing("cash", "现金", "", "", 8600, 6, "kept", late=True),
    Thing("e_bike", "电动车", "雅迪", "red", 2500, 9, "match", "administrative", serial="YD20269021"),
    Thing("laptop", "手提电脑", "联想", "silver", 3900, 12, "out", serial="PF9X0021B"),
    Thing("watch", "手表", "卡西欧", "black", 900, 15, "asked", serial="GA2100-1"),
    Thing("phone", "手机", "小米", "gold", 1900, 14, "claimed", "administrative", serial="862233058812345"),
    Thing("e_bike", "电动车", "小牛", "blue", 3300, 20, "refused", "administrative", serial="XN20261180"),
    Thing("laptop", "手提电脑", "华为", "grey", 5100, 21, "granted", serial="HW77125D2"),
    Thing("other", "电动工具一套", "博世", "green", 1600, 88, "announced", "administrative"),
    Thing("other", "自行车", "捷安特", "black", 800, 90, "announced", "administrative"),
    Thing("phone", "手机", "三星", "white", 1500, 260, "overdue", "administrative", serial="358877095511223"),
    Thing("other", "拉杆箱", "", "brown", 300, 250, "extended", "administrative"),
    Thing("e_bike", "电动车", "台铃", "black", 1800, 300, "treasury", "administrative", serial="TL20251100"),
    Thing("other", "雨衣、头盔", "", "mixed", 120, 290, "treasury", "administrative"),
    Thing("car", "面包车", "五菱", "silver", 32000, 55, "with_case", serial="浙C5Q0T2"),
    Thing("cash", "现金", "", "", 15000, 52, "with_case"),
    Thing("other", "管制刀具", "", "black", 0, 60, "destroy", "administrative"),
    Thing("phone", "手机", "荣耀", "black", 2100, 25, "kept", serial="864455068890123"),
    Thing("watch", "手表", "罗西尼", "gold", 1700, 26, "kept", serial="RS5871"),
    Thing("other", "香烟若干条", "", "mixed", 2700, 18, "kept"),
)  # fmt: skip


def photo(thing: Thing) -> bytes:
    """A drawn picture, for nothing of it is real."""
    rgb = RGB.get(thing.colour, 0x6B7280)
    fill = (rgb >> 16, rgb >> 8 & 255, rgb & 255)
    drawn = Image.new("RGB", (640, 480), (244, 241, 234))
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 380, 640, 480), fill=(226, 221, 210))
    if thing.sort in ("car", "e_bike"):
        for x in (190, 450):
            pen.ellipse((x - 62, 290, x + 62, 414), outline=(40, 40, 40), width=16)
        pen.polygon([(190, 350), (260, 210), (410, 210), (450, 350)], fill=fill)
    elif thing.sort == "watch":
        pen.rectangle((285, 70, 355, 410), fill=(90, 70, 55))
        pen.ellipse((225, 150, 415, 340), fill=fill, outline=(40, 40, 40), width=10)
    else:
        wide = 90 if thing.sort == "phone" else 200
        pen.rounded_rectangle((320 - wide, 120, 320 + wide, 380), 18, fill=fill)
    out = io.BytesIO()
    drawn.save(out, "JPEG", quality=82)
    return out.getvalue()
