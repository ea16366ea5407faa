"""The Tuesday of the story of the loop: who works, what the dispatch system exported, which keys.

The export is in the Chinese template and in the encoding that such systems write, GB18030.
"""

import csv
from collections.abc import Callable, Iterator
from dataclasses import astuple, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, expect

from anmin.config.worker import Worker
from anmin.matters.models import Link, Matter
from anmin.people.actions import roster_duty
from anmin.people.models import Account
from anmin.people.roles import Role
from tests.personas import City

CHINA = ZoneInfo("Asia/Shanghai")
TUESDAY, WEDNESDAY = date(2026, 11, 10), date(2026, 11, 11)
HER_WORDS = "等了三个小时，来的人话都不愿多说"

# --- who works, and when ------------------------------------------------------------------------


@dataclass
class Story:
    """The bureau on that day, and what its people come to know."""

    city: City
    yuhai_leader: Account
    clock: time_machine.Traveller
    desk: Callable[..., Page]
    chromium: Browser
    address: str
    calls: dict[str, str] = field(default_factory=dict)
    """What each citizen said on the phone, by the number of the incident."""

    def at(self, day: date, hour: int, minute: int = 0) -> None:
        """It is that hour, and the worker has done what was due by then."""
        self.clock.move_to(datetime(day.year, day.month, day.day, hour, minute, tzinfo=CHINA))
        worker = Worker()
        worker.drain()
        assert worker.failed == {}

    def open(self, account: Account, address: str) -> Page:
        """An address of the desk as somebody, in a browser whose clock shows the same hour."""
        return self.desk(account, address, now=timezone.now())

    def incident(self, event: str) -> Matter:
        """The matter that an event of the export has become."""
        return Matter.objects.get(external_id=event)

    def order(self, said: str) -> Matter:
        """The order to put right what the citizen who ``said`` that was unhappy about."""
        (number,) = (number for number, one in self.calls.items() if one == said)
        return Link.objects.get(other__number=number).matter


@pytest.fixture
def story(
    desk: Any, chromium: Browser, live_server: Any, city: City, settings: Any, tmp_path: Path
) -> Iterator[Story]:
    """Tuesday before work: nothing has come in yet, 周卫国 is on the roster."""
    settings.ANMIN_HOME = tmp_path
    settings.BASE_URL = live_server.url
    zhao = Account.objects.create_user(
        "zhaoqiang", "x", display_name="赵强", role=Role.DUTY_LEADER, unit=city.yuhai
    )
    roster_duty(date=TUESDAY, unit=city.jinhu, account=city.duty_leader)
    with time_machine.travel(datetime(2026, 11, 10, 8, tzinfo=CHINA)) as clock:
        yield Story(city, zhao, clock, desk, chromium, live_server.url)


# --- what came in at night ---------------------------------------------------------------------

HEADER = "警情编号,报警时间,答复时间,答复内容,警情类别,警情摘要,发生地址,社区代码,报警人,联系电话"
WENHUA, YUHAI = "330381003099", "玉海街道"
THANKS = "您好，您报的案件已受理，正在调取监控，有进展会告知您。"


@dataclass(frozen=True)
class Event:
    """One line of the export."""

    event: str
    received: str
    answered: str
    reply: str
    category: str
    summary: str
    place: str
    area: str
    name: str
    phone: str


def _theft(number: int, received: str) -> Event:
    return Event(
        f"T{number:02}", f"{received}:00", "2026-11-10 07:30:00", THANKS, "盗窃",
        "电动车被盗", f"文化小区{number}幢楼下", WENHUA, "王李张刘陈杨赵黄周吴徐"[number - 1] + "女士",
        f"138577123{number:02}",
    )  # fmt: skip


EVENTS = (
    *(_theft(n, f"2026-11-10 00:{n * 5:02}") for n in range(1, 9)),
    *(_theft(n, f"2026-11-09 22:{n:02}") for n in range(9, 12)),
    Event("N12", "2026-11-10 01:20:00", "2026-11-10 07:40:00", "已到场劝止，夜间不再施工。",
          "噪声扰民", "夜间施工", "万松路88号工地", YUHAI, "周阿姨", "13958812312"),
    Event("D13", "2026-11-10 06:30:00", "", "", "纠纷", "楼上楼下噪声纠纷", "文化小区3幢",
          WENHUA, "李建国", "13958812313"),
    Event("T14", "2026-11-10 08:00:00", "", "", "盗窃", "店铺货物被盗", "文化小区商铺",
          WENHUA, "孙老板", "13958812314"),
    Event("S15", "2026-11-10 02:00:00", "2026-11-10 07:00:00", "已受理，办案民警将与您联系。",
          "性侵害", "不予摘录", "", WENHUA, "某女士", "13958812315"),
)  # fmt: skip
BROKEN = Event("B16", "2026-13-10 03:00:00", "", "", "盗窃", "电动车被盗", "文化小区9幢",
               WENHUA, "何先生", "13958812316")  # fmt: skip
"""A month that does not exist."""


def export(folder: Path) -> Path:
    """The file, GB18030."""
    path = folder / "110接处警_20261110.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        lines = csv.writer(file)
        lines.writerow(HEADER.split(","))
        lines.writerows(astuple(one) for one in (*EVENTS, BROKEN))
    return path


# --- what hands do -----------------------------------------------------------------------------

SAID: dict[str, tuple[str, ...]] = {
    "satisfied": ("1", "1"),
    "fairly": ("1", "2"),
    "busy": ("b",),
    # not solved, dissatisfied; slow and unfriendly; her words; the unit may not know who she is
    "unhappy, unnamed": ("3", "3", "1", "3", "ArrowDown", HER_WORDS, "ArrowDown", "2"),
    "unhappy, named": ("3", "3", "5", "ArrowDown", "一直没人告诉我进展", "ArrowDown", "1"),
}
"""What an operator presses for what she hears."""


def press(page: Page, keys: str) -> None:
    if len(keys) == 1 or keys.startswith("Arrow"):
        page.keyboard.press(keys)
    else:
        page.keyboard.type(keys)


def step(page: Page, label: str) -> None:
    """Unfold the form of a step."""
    page.locator("details.step > summary", has_text=label).click()


def write(page: Page, name: str, words: str) -> None:
    """Fill a box of the step that is unfolded."""
    page.locator(f"details.step[open] [name={name}]").fill(words)


def send(page: Page, label: str) -> None:
    """Send the form of the step that is unfolded, and wait for what comes back."""
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("details.step[open] .btn-primary", has_text=label).click()


def sign(page: Page) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("button", name="审签当天").click()


def tile(page: Page, label: str) -> Locator:
    """The box of a number."""
    return page.locator(".stat", has=page.get_by_text(label, exact=True))


def reveal(page: Page, why: str, name: str) -> None:
    """Have the citizen's contact shown, for a reason."""
    page.get_by_text("查看联系方式").click()
    page.locator("#contact [name=reason]").fill(why)
    page.get_by_role("button", name="查看（会留痕）").click()
    expect(page.locator("#contact")).to_contain_text(name)


def name_of(incident: Matter) -> str:
    """Who reported it."""
    return next(one.name for one in EVENTS if one.event == incident.external_id)
