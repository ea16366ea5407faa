"""The people of `kills`: each sends its forms again until somebody answers, and remembers what counted.

What a page came back for is acknowledged: (sort, key), looked for in the database afterwards.
"""

import http.client
import json
import random
import re
import threading
import time
import urllib.parse
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from anmin.channels.signing import signed_headers

COOKIE = "0123456789abcdef0123456789abcdef"
SECRET = "between the gateway of this run and nobody else"
PATIENCE = 240
OWED = re.compile(r'name="(why-[\w-]+)"')
MOST_OWED = 120
"""A day on which more is owed is left unsigned: all of it is handed over in the transaction that
signs, and that must end between two kills."""
HERE = ZoneInfo("Asia/Shanghai")
Rows = Callable[[str], list[tuple[Any, ...]]]


class Given(NamedTuple):
    """What the server said at last, and how often it had to be asked."""

    status: int
    to: str
    text: str
    tries: int


class Gateway(ThreadingHTTPServer):
    """A text message gateway that honours keys, takes a moment, and counts what it was brought."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.brought: Counter[str] = Counter()
        self.said: Counter[tuple[str, str]] = Counter()
        threading.Thread(target=self.serve_forever, daemon=True).start()


class _Taking(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        """Take one message, once for each key."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        gateway = self.server
        assert isinstance(gateway, Gateway)
        gateway.brought[told["id"]] += 1
        known = gateway.brought[told["id"]] > 1
        if not known:
            gateway.said[told["to"], told["text"]] += 1
        time.sleep(0.02)
        body = json.dumps({"id": f"g-{told['id']}"}).encode()
        with suppress(OSError):
            self.send_response(409 if known else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


class People:
    """Everybody who writes; ``acknowledged`` grows while they do."""

    def __init__(self, port: int, stage: dict[str, Any], rows: Rows, rng: random.Random) -> None:
        self.port, self.stage, self.rows, self.rng = port, stage, rows, rng
        self.over = threading.Event()
        self.acknowledged: list[tuple[str, str]] = []
        self.failures: list[str] = []
        who = [(self.citizens, n) for n in range(2)]
        who += [(self.officer, n) for n in range(2)] + [(self.operator, n) for n in range(2)]
        who += [(self.leader, 0), (self.signer, 1), (self.repliers, 0)]
        self._threads = [
            threading.Thread(target=self._guarded, args=one, daemon=True) for one in who
        ]

    def start(self) -> None:
        """Let them begin."""
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let them end what they have in hand."""
        self.over.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, work: Callable[[int], None], number: int) -> None:
        try:
            work(number)
        except Exception as fault:  # told at the end
            self.failures.append(f"{work.__name__}: {type(fault).__name__}: {fault}"[:600])

    def _breath(self) -> None:
        self.over.wait(self.rng.random() * 0.4)

    # --- asking -----------------------------------------------------------------------------

    def ask(self, path: str, body: bytes, head: dict[str, str], method: str = "POST") -> Given:
        """Send it again until somebody answers who has not lost the machine."""
        deadline = time.monotonic() + PATIENCE
        for tries in range(1, 100_000):
            line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            try:
                line.request(method, path, body, head)
                answer = line.getresponse()
                text = answer.read().decode(errors="replace")
                if answer.status < 500:
                    return Given(answer.status, answer.headers.get("Location", ""), text, tries)
                if answer.status != 503:
                    raise AssertionError(f"{path}: {answer.status} {text[:300]}")
            except (OSError, http.client.HTTPException):
                pass
            finally:
                line.close()
            if time.monotonic() > deadline:
                break
            time.sleep(0.1)
        raise AssertionError(f"{path}: nobody has answered for {PATIENCE} s")

    def form(self, path: str, session: str, fields: dict[str, Any]) -> Given:
        """A form of somebody who is signed in (or of nobody)."""
        body = urllib.parse.urlencode({"csrfmiddlewaretoken": COOKIE, **fields}, doseq=True)
        cookie = f"csrftoken={COOKIE}" + (f"; sessionid={session}" if session else "")
        head = {
            "Cookie": cookie,
            "Content-Type": "application/x-www-form-urlencoded",
            "Referer": f"http://127.0.0.1:{self.port}/",
            "Accept-Language": "en",
        }
        return self.ask(path, body.encode(), head)

    def page(self, path: str, session: str) -> str:
        """A page of somebody who is signed in."""
        head = {"Cookie": f"sessionid={session}", "Accept-Language": "en"}
        given = self.ask(path, b"", head, "GET")
        if given.status != 200:
            raise AssertionError(f"{path}: {given.status} {_told(given.text)}")
        return given.text

    def _took(self, sort: str, key: str, given: Given, *also: int) -> None:
        if given.status not in (302, 303, *also):
            raise AssertionError(f"{sort}: {given.status} {_told(given.text)}")
        self.acknowledged.append((sort, key))

    # --- writing ----------------------------------------------------------------------------

    def citizens(self, number: int) -> None:
        """Answer by link."""
        for callback, token in self.stage["links"][number::2]:
            if self.over.is_set():
                return
            fields = {"solved": "yes", "satisfaction": "satisfied", "text": "", "seen-text": "1"}
            given = self.form(f"/a/{token}", "", fields)
            # 410: the link is used, so the first time counted after all.
            self._took("link", str(callback), given, 200, *((410,) if given.tries > 1 else ()))
            self._breath()

    def officer(self, number: int) -> None:
        """Open a matter and take it to its end; answer an imported one; write notes."""
        session = self.stage["sessions"]["officer"][number]
        live = iter(self.stage["live"][number::2])
        while not self.over.is_set():
            key = uuid.uuid4().hex
            began = datetime.now(HERE) - timedelta(hours=1)
            given = self.form(
                "/desk/matters/new/",
                session,
                {
                    "key": key,
                    "category": "noise",
                    "summary": f"夜间施工 {key[:6]}",
                    "unit": "RA",
                    "opened_at": began.strftime("%Y-%m-%dT%H:%M"),
                    "contact_phone": f"139{self.rng.randrange(10**8):08}",
                },
            )
            self._took("opened", key, given)
            opened = given.to.rstrip("/").rpartition("/")[2]
            for number_, code, fields in (
                (opened, "dispatch", {}),
                (opened, "arrive", {}),
                (opened, "handle", {"clearance": "劝止"}),
                (opened, "answer", {"reply": "已劝止，如再发生请告知我们。"}),
                (next(live, ""), "answer", {"reply": "已处理，结果如实告知。"}),
            ):
                if number_:
                    self._step(number_, code, session, fields)
            key = uuid.uuid4().hex
            fields = {"key": key, "note": "现场照片已入卷"}
            path = f"/desk/matters/{opened}/note/"
            self._took("step", key, self.form(path, session, fields))

    def _step(self, matter: str, code: str, session: str, fields: dict[str, Any]) -> None:
        key = uuid.uuid4().hex
        given = self.form(f"/desk/matters/{matter}/step/{code}/", session, {"key": key, **fields})
        if given.status == 409:  # the import, or a colleague, was faster
            return
        self._took("step", key, given)
        self._breath()

    def operator(self, number: int) -> None:
        """Take the next call and write down how it went."""
        session = self.stage["sessions"]["operator"][number]
        for turn in range(100_000):
            if self.over.is_set():
                return
            given = self.form("/desk/callbacks/next/", session, {})
            which = given.to.rstrip("/").rpartition("/")[2]
            if not which.isdigit():
                self.over.wait(1)
                continue
            key = uuid.uuid4().hex
            fields: dict[str, Any] = {"key": key, "outcome": "reached", "then": "pause"}
            if turn % 4 == 3:
                fields["outcome"] = "no_answer"
            elif turn % 4 == 2:
                fields |= {
                    "solved": "no",
                    "satisfaction": "dissatisfied",
                    "concerns": ["not_solved"],
                    "consent_contact": "yes",
                }
            else:
                fields |= {"solved": "yes", "satisfaction": "satisfied"}
            given = self.form(f"/desk/callbacks/{which}/", session, fields)
            self._took("tried" if turn % 4 == 3 else "called", key, given)
            self._breath()

    def leader(self, number: int) -> None:
        """Take every order to its end."""
        session = self.stage["sessions"]["duty_leader"][number]
        live = (
            "SELECT number, state FROM matters_matter WHERE kind = 'rectification'"
            " AND state IN ('ordered', 'contacted') ORDER BY id LIMIT 5"
        )
        right = {"measure": "已上门处理", "explanation": "已当面说明并致歉。"}
        while not self.over.wait(0.5):
            for matter, state in self.rows(live):
                if state == "ordered":
                    self._step(matter, "contact", session, {"note": "已电话联系"})
                self._step(matter, "put_right", session, right)

    def signer(self, number: int) -> None:
        """Sign day after day, and carry over what is owed: each overdue with its own reason."""
        session = self.stage["sessions"]["duty_leader"][number]
        for unit, day in _days(self.stage["units"]):
            if self.over.is_set():
                return
            path = f"/desk/day/?{urllib.parse.urlencode({'unit': unit, 'date': day})}"
            page = self.page(path, session)
            owed = set(OWED.findall(page))
            if 'name="confirm"' not in page or len(owed) > MOST_OWED:
                continue  # a day before the unit's first record, or one that takes too long
            fields = {
                "key": uuid.uuid4().hex,
                "confirm": "on",
                "why_all": "等候复核",
                "who_all": unit,
                **{name: f"等候复核 {name}" for name in owed},
            }
            given = self.form(path, session, fields)
            if given.status == 422:
                continue  # more came in meanwhile: it is refused, and the next day is tried
            # Signed already: by the time before, whose answer got lost.
            self._took("day", f"{unit} {day}", given, *((409,) if given.tries > 1 else ()))
            self._breath()

    def repliers(self, _number: int) -> None:
        """What a gateway brings, until it hears 200."""
        while not self.over.is_set():
            key = uuid.uuid4().hex
            told = {"id": key, "from": f"138{self.rng.randrange(10**8):08}", "text": "2"}
            body = json.dumps(told).encode()
            head = signed_headers(SECRET.encode(), key=key, timestamp=int(time.time()), body=body)
            head["Content-Type"] = "application/json"
            given = self.ask("/hooks/channels/http_sms/", body, head)
            self._took("reply", key, given, 200)
            self._breath()


def _days(units: list[str]) -> Iterator[tuple[str, str]]:
    """The days of the export and after it, on which more is owed each day."""
    for number in range(300):
        for unit in units:
            yield unit, (date(2026, 1, 1) + timedelta(days=number)).isoformat()


def _told(text: str) -> str:
    """What a page says where it refuses."""
    mark = max(text.find('role="alert"'), text.find("errorlist"), 0)
    return " ".join(text[mark : mark + 400].split())
