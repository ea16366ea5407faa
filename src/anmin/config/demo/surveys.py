"""The demo city's surveys: a wave that has ended and was released, and one that is being asked.

Made-up people of real towns, asked through the doors that interviewers and citizens use, at a
pretended time. The draws are real ones; only their seeds come from the demo's, so that the same
seed gives the same city.
"""

import hashlib
import random
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import datetime, timedelta
from io import StringIO
from unittest import mock

from django.utils import timezone

from anmin.channels.delivery import deliver_due
from anmin.channels.models import Message
from anmin.channels.queries import body_of, messages_about
from anmin.config.demo.clock import pretended_time
from anmin.config.demo.events import GIVEN, SURNAMES
from anmin.kernel import fair_draw
from anmin.kernel.errors import Refusal
from anmin.people.models import Account
from anmin.people.roles import Role
from anmin.places.models import Area
from anmin.surveys import (
    citizen,
    contacting,
    fieldwork,
    frames,
    outside,
    outside_files,
    releases,
    waves,
)
from anmin.surveys.models import Case, Wave
from anmin.surveys.questionnaires import REFUSE

HEADER = ("编号", "乡镇", "村社区", "姓名", "电话", "住址", "性别", "年龄段")
TOWNS = {
    # town, adults on the list, how safe people feel there
    "330381001": (420, 0.96),
    "330381002": (400, 0.95),
    "330381003": (460, 0.86),
    "330381007": (340, 0.96),
    "330381009": (300, 0.95),
    "330381101": (520, 0.94),
    "330381116": (260, 0.97),
    "330381120": (220, 0.97),
}
AGES = (("18-39", 0.37), ("40-59", 0.38), ("60+", 0.25))
LINK = re.compile(rf"{contacting.LINK_PATH}([\w-]+)", re.ASCII)
ENDED, RUNNING = "safety-1", "safety-2"
TO_TRY = 2


def hold(seed: int, now: datetime, *, share: float = 1.0) -> None:
    """Ask both waves, release the first, and put the newspaper page's figures beside it.

    ``share``: of the people on the list, of those drawn and of those called.
    """
    analyst = Account.objects.filter(role=Role.ANALYST).order_by("pk")[0]
    operators = list(Account.objects.filter(role=Role.OPERATOR).order_by("pk"))
    rng = random.Random(f"surveys {seed}")  # noqa: S311 - reproducible on purpose
    morning = timezone.localtime(now).replace(hour=10, minute=0, second=0, microsecond=0)
    with pretended_time(morning - timedelta(days=75)):
        first = _drawn(
            (ENDED, "上半年群众安全感满意度调查", "Safety survey, first wave"),
            (400, share),
            seed,
            analyst,
        )
        _interview(first, operators[0], rng, lift=0.0)
    with pretended_time(morning - timedelta(days=60)):
        waves.end_fieldwork(wave_id=first.pk, by=analyst)
        releases.release(wave_id=first.pk, by=analyst)
        _newspaper(analyst)
        _province(analyst)
    with pretended_time(morning - timedelta(days=6)) as clock:
        second = _drawn(
            (RUNNING, "下半年群众安全感满意度调查", "Safety survey, second wave"),
            (240, share),
            seed,
            analyst,
        )
        contacting.advance(1000)
        _send_invitations(second)
        clock.move_to(morning - timedelta(days=5))
        _by_link(second, rng)
        clock.move_to(morning - timedelta(days=1))
        contacting.advance(1000)
        _interview(second, operators[0], rng, lift=0.01, most=round(60 * share))


def _drawn(
    titles: tuple[str, str, str], size: tuple[int, float], seed: int, analyst: Account
) -> Wave:
    (code, title_zh, title_en), (n, share) = titles, size
    drawn_by = hashlib.sha256(f"{seed}:{code}".encode()).hexdigest()
    with mock.patch.object(fair_draw, "new_seed", return_value=drawn_by):
        wave = waves.open_wave(
            waves.Opening(code, title_zh, title_en, "safety", by_message=code == RUNNING),
            by=analyst,
        )
    frames.take_in(wave_id=wave.pk, header=HEADER, rows=_people(seed, share), by=analyst)
    wave = waves.freeze(wave_id=wave.pk, by=analyst)
    return waves.draw(
        wave_id=wave.pk, sizes=waves.propose(wave, total=round(n * share)), by=analyst
    )


def _people(seed: int, share: float) -> Iterator[tuple[int, list[str]]]:
    """The list: adults with town, community, sex and age; phones that no operator has issued."""
    rng = random.Random(f"people {seed}")  # noqa: S311 - reproducible on purpose
    line = 1
    for code, (count, _safe) in TOWNS.items():
        town = Area.objects.get(code=code)
        below = list(town.children.order_by("code").values_list("name", flat=True)[:12])
        for _n in range(round(count * share)):
            line += 1
            sex = rng.choice("男女")
            age = rng.choices([age for age, _w in AGES], [weight for _a, weight in AGES])[0]
            yield (
                line,
                [
                    f"P{line:05d}",
                    code,
                    rng.choice(below),
                    rng.choice(SURNAMES) + rng.choice(GIVEN),
                    f"1990000{line:04d}",
                    f"{town.name}{rng.randrange(1, 200)}号",
                    sex,
                    age,
                ],
            )


def _interview(
    wave: Wave, operator: Account, rng: random.Random, *, lift: float, most: int = 10_000
) -> None:
    """One round of calls: who is reached answers, some refuse, some have moved."""
    for _n in range(most):
        case = fieldwork.next_case(operator, wave.pk)
        if case is None:
            return
        key = f"demo:{case.pk}:{case.steps}"
        luck = rng.random()
        if luck < 0.6:
            given = _answers(case, rng, lift)
            fieldwork.record_answers(case_id=case.pk, operator=operator, given=given, key=key)
            continue
        outcome = (
            "refused" if luck < 0.7 else "moved" if luck < 0.72 else
            rng.choice(("no_answer", "no_answer", "busy", "switched_off"))
        )  # fmt: skip
        fieldwork.record_attempt(case_id=case.pk, operator=operator, outcome=outcome, key=key)


def _send_invitations(wave: Wave) -> None:
    """All but a few go out unseen; whoever starts the demo sees those few and can try the link."""
    invited = Case.objects.filter(wave=wave, status=Case.Status.INVITED).order_by("-pk")
    kept = Message.objects.filter(
        key__in=[contacting.message_key(case) for case in invited[:TO_TRY]]
    )
    kept.update(not_before=timezone.now() + timedelta(days=5))
    with redirect_stdout(StringIO()):
        while deliver_due(limit=500):
            pass


def _by_link(wave: Wave, rng: random.Random) -> None:
    """A third of the invited answer by their link; a few say no there."""
    for case in Case.objects.filter(wave=wave, status=Case.Status.INVITED).order_by("pk"):
        if rng.random() > 0.35:
            continue
        message = messages_about(contacting.message_key(case)).first()
        link = LINK.search(body_of(message)) if message else None
        if link is None:
            continue
        try:
            if rng.random() < 0.08:
                citizen.decline_survey(token=link[1])
            else:
                citizen.answer_survey(token=link[1], given=_answers(case, rng, 0.01))
        except Refusal:
            continue


def _answers(case: Case, rng: random.Random, lift: float) -> dict[str, list[str]]:
    """What one made-up person says; those over sixty and the people of Jinhu feel less safe."""
    safe = TOWNS[case.row.stratum][1] + lift - (0.04 if case.row.groups["age"] == "60+" else 0)

    def pick(*choices: tuple[str, float]) -> list[str]:
        if rng.random() < 0.02:
            return [REFUSE.code]
        return rng.choices([[code] for code, _w in choices], [weight for _c, weight in choices])[0]

    night = safe - 0.1
    content = safe - 0.03
    return {
        "safe_overall": pick(("very_safe", safe * 0.5), ("safe", safe * 0.5), ("unsafe", 1 - safe)),
        "safe_night": pick(
            ("very_safe", night * 0.4), ("safe", night * 0.6), ("unsafe", 1 - night)
        ),
        "satisfied": pick(
            ("satisfied", content * 0.7), ("fairly", content * 0.3), ("dissatisfied", 1 - content)
        ),
        "score": [str(min(10, max(0, round(rng.gauss(8 * safe, 1.4)))))],
        "worries": pick(("none", 0.5), ("theft", 0.15), ("traffic", 0.2), ("noise", 0.15)),
        "victim": pick(("no", 0.95), ("yes", 0.05)),
        "took_part": pick(("no", 0.9), ("yes", 0.1)),
        "adults": [str(rng.choice((1, 2, 2, 2, 3, 4)))],
    }


def _newspaper(analyst: Account) -> None:
    """The page's two figures; it gives no n, and 400 is our assumption."""
    for measure, value in (("safety", 0.9775), ("satisfaction", 0.9375)):
        outside.add_outside_result(
            title_zh="省公安厅测评",
            title_en="Provincial survey",
            measure=measure,
            year=2011,
            value=value,
            n_assumed=400,
            source="2011年报纸专版 (newspaper page of 2011)",
            note="连续两年位列温州地区第2名",
            by=analyst,
        )


FOUND = """指标,地区,结果,下限,上限,样本量,名次,参评数
群众安全感,,{safe},96.6%,98.2%,1500,3,11
群众满意率,,95.2%,未公布,未公布,未公布,4,11
知晓率,,88.4%,,,1500,未公布,未公布
群众安全感,锦湖街道,96.1%,,,240,,
群众安全感,塘下镇,95.4%,,,260,,
平安考评得分,,956.5,,,,3,11
"""
"""An invented file of the province: what stays empty it does not state."""


def _province(analyst: Account) -> None:
    """The province's results come as a file; a week later it puts a misprint right."""
    today, corrects = timezone.localdate(), None
    for safe, ago, reason in (("94.7%", 20, ""), ("97.4%", 13, "原件两位数字印颠倒，省里重新印发")):
        content = FOUND.format(safe=safe)
        if safe == "94.7%":
            content = content.replace("96.6%,98.2%", ",")
        header, *rows = (line.split(",") for line in content.splitlines())
        row, _made = outside_files.take_in(
            outside_files.About(
                title_zh="全省群众安全感调查（演示）",
                title_en="Provincial survey of the sense of safety (invented)",
                year=today.year - 1,
                published=today - timedelta(days=ago),
                source="省平安办通报（演示）",
                corrects=corrects,
                reason=reason,
            ),
            name=f"全省群众安全感调查{today.year - 1}.csv",
            content=content.encode(),
            header=header,
            rows=list(enumerate(rows, 2)),
            by=analyst,
            key=f"demo-province-{ago}",
        )
        corrects = row.pk
