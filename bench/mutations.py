"""Put a fault into one random line after another, and see whether the room's tests notice.

``python -m bench.mutations [--seed N] [--lines N] [ROOM …] [-- PYTEST OPTIONS]``: a room, or a file
of one (``people/policy.py``); without any, matters and callbacks. The lines are drawn from all on
which a fault can be put; each fault is tried alone, in a copy of the tree. What survives is printed
at the end: either a test is missing, or the fault changes nothing (say why). So is what a run that
had no end, or ran no test, leaves unknown.
"""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).parent.parent
SOURCE = Path("src/anmin")
ROOMS = ("matters", "callbacks")
BESIDE = {
    "callbacks": [
        "src/anmin/desk/calls/tests",
        "src/anmin/desk/day/tests",
        "src/anmin/desk/replies/tests",
    ],
    "evidence": ["tests/test_evidence_coverage.py", "tests/test_tampering.py"],
    "matters": [
        "src/anmin/exchange/tests/test_undoing.py",
        "src/anmin/exchange/tests/test_named_first.py",
        "src/anmin/exchange/tests/test_whose_file.py",
        "src/anmin/exchange/tests/test_whose_callback.py",
        "src/anmin/desk/matters/tests",
        "src/anmin/portal/tests/test_follow_pages.py",
        "tests/kinds",
        "tests/own_kind",
    ],
}
"""Tests of a room that stand outside it."""
TURNED: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NARROWING = {"filter", "exclude", "distinct", "order_by"}
ASKING = {"filter", "exclude", "get", "Q", "update", "aggregate", "exists"}
TEXTS = {"_", "gettext", "gettext_lazy", "ngettext", "pgettext"}
KEPT = {"property", "staticmethod", "classmethod", "contextmanager", "cache", "lru_cache"}
"""Decorators without which nothing runs, or everything as before."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The bytes of one file that are replaced, and by what."""

    path: Path
    line: int
    start: int
    end: int
    old: str
    new: str

    def put(self, source: bytes) -> bytes:
        """The file with the fault in it."""
        return source[: self.start] + self.new.encode() + source[self.end :]

    def told(self) -> str:
        """The place, what stood there, what stands there now."""
        old, new = (" ".join(text.split())[:90] for text in (self.old, self.new))
        return f"{self.path}:{self.line}: {old}  →  {new or '(nothing)'}"


class Faults(ast.NodeVisitor):
    """Every fault that can be put into one file; none into texts, types or declarations."""

    def __init__(self, path: Path) -> None:
        self.path, self.source = path, (ROOT / path).read_bytes()
        self.starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.starts.append(self.starts[-1] + len(line))
        self.found: list[Fault] = []
        self.visit(ast.parse(self.source))

    def put(self, node: ast.expr | ast.stmt, new: ast.AST | str, line: int = 0) -> None:
        """Note that ``new`` could stand in the place of a node; on its first line, unless told."""
        text = new if isinstance(new, str) else f"({ast.unparse(new)})"
        start = self.starts[node.lineno - 1] + node.col_offset
        end = self.starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        if isinstance(new, str) and new == "" and self.source[start - 1 : start] == b"@":
            start -= 1
        old = self.source[start:end].decode()
        self.found.append(Fault(self.path, line or node.lineno, start, end, old, text))

    def visit(self, node: ast.AST) -> None:
        """Walk on, but not into what is no behaviour."""
        if _declares(node):
            return
        match node:
            case ast.ClassDef():  # how a class is declared is no behaviour, nor is a table's column
                table = self.path.name.endswith("models.py")
                for one in node.body:
                    if isinstance(one, ast.FunctionDef) or not table:
                        self.visit(one)
            case ast.AnnAssign(value=ast.expr() as value):
                self.visit(value)
            case ast.FunctionDef():
                self._function(node)
            case _:
                self._turn(node)
                self._drop(node)
                self.generic_visit(node)

    def _function(self, node: ast.FunctionDef) -> None:
        for decorator in node.decorator_list:
            if _name(decorator) not in KEPT:
                self.put(decorator, "")
        given = [*node.args.defaults, *node.args.kw_defaults]
        for one in [*filter(None, given), *node.body]:
            self.visit(one)

    def _turn(self, node: ast.AST) -> None:
        """Turn what decides or counts into its neighbour."""
        match node:
            case ast.Compare(ops=[op]) if type(op) in TURNED:
                self.put(node, ast.Compare(node.left, [TURNED[type(op)]()], node.comparators))
            case ast.BoolOp():
                self.put(node, ast.BoolOp(TURNED[type(node.op)](), node.values))
            case ast.UnaryOp(op=ast.Not() | ast.Invert()):
                self.put(node, node.operand)
            case ast.BinOp() if type(node.op) in TURNED and not _text(node):
                self.put(node, ast.BinOp(node.left, TURNED[type(node.op)](), node.right))
            case ast.Constant(value=bool() as value):
                self.put(node, str(not value))
            case ast.Constant(value=int() as value):
                self.put(node, str(value + 1))
            case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test):
                if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
                    self.put(test, ast.UnaryOp(ast.Not(), test))

    def _drop(self, node: ast.AST) -> None:
        """Leave a call, a filter, an argument or a refusal out; swap two arguments."""
        match node:
            case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign():
                self.put(node, "pass")
            case ast.comprehension():
                for test in node.ifs:
                    self.put(test, "True")
            case ast.Call(func=ast.Attribute(attr=name, value=inner)) if name in NARROWING:
                if not isinstance(inner, ast.Name):
                    self.put(node, inner)
        if not isinstance(node, ast.Call):
            return
        given = [one for one in node.args if not isinstance(one, ast.Starred)]
        if len(given) == len(node.args) > 1:
            swapped = [node.args[1], node.args[0], *node.args[2:]]
            self.put(node, ast.Call(node.func, swapped, node.keywords))
        if _name(node.func) in ASKING and len(node.args) + len(node.keywords) > 1:
            for one in node.keywords:
                rest = [other for other in node.keywords if other is not one]
                self.put(node, ast.Call(node.func, node.args, rest), line=one.value.lineno)


def _declares(node: ast.AST) -> bool:
    """Imports, texts, types, and what only describes."""
    match node:
        case ast.Import() | ast.ImportFrom() | ast.JoinedStr() | ast.AnnAssign(value=None):
            return True
        case ast.ClassDef(name="Meta") | ast.Assign(targets=[ast.Name(id="model_config")]):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING")) | ast.Expr(value=ast.Constant()):
            return True
        case ast.FunctionDef(name="__str__" | "__repr__"):
            return True
        case ast.Call():
            return _name(node.func) in TEXTS
    return False


def _name(node: ast.expr) -> str:
    """The last part of what is called."""
    match node:
        case ast.Call(func=func):
            return _name(func)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(one, ast.JoinedStr)
        or (isinstance(one, ast.Constant) and isinstance(one.value, str | bytes))
        for one in sides
    )


def files(target: str) -> Iterator[Path]:
    """The code of a room, or one file."""
    place = ROOT / SOURCE / target
    if not place.exists():
        raise SystemExit(f"There is no {SOURCE / target}.")
    for path in [place] if place.is_file() else sorted(place.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path.relative_to(ROOT)


def draw(targets: list[str], lines: int, chance: random.Random) -> list[Fault]:
    """So many lines of all that can be faulty, and one fault for each."""
    of_line: dict[tuple[Path, int], list[Fault]] = {}
    for path in (one for target in targets for one in files(target)):
        for fault in Faults(path).found:
            of_line.setdefault((fault.path, fault.line), []).append(fault)
    print(f"{len(of_line)} lines can be faulty")
    drawn = chance.sample(sorted(of_line), min(lines, len(of_line)))
    return [chance.choice(of_line[place]) for place in drawn]


def copied(into: Path) -> Path:
    """A copy of the tree that runs by itself; compiled code is checked by its source's digest."""
    for name in ("src", "tests", "bench"):
        shutil.copytree(ROOT / name, into / name, ignore=shutil.ignore_patterns("*.pyc"))
    for name in ("conftest.py", "pyproject.toml", "package.json", "Makefile"):
        shutil.copy2(ROOT / name, into / name)
    for name in ("node_modules", "docs"):
        (into / name).symlink_to(ROOT / name)
    compiling = [sys.executable, "-m", "compileall", "-q", "--invalidation-mode", "checked-hash"]
    subprocess.run([*compiling, str(into / "src"), str(into / "tests")], check=False)
    return into


def tests_of(path: Path) -> list[str]:
    """The tests of a file's room, those that bear its name first."""
    room = path.parts[len(SOURCE.parts)]
    all_of_it = sorted((ROOT / SOURCE / room / "tests").glob("test_*.py"))
    stem = path.stem.rstrip("s")
    all_of_it.sort(key=lambda one: not one.stem.removeprefix("test_").startswith(stem))
    return [*(str(one.relative_to(ROOT)) for one in all_of_it), *BESIDE.get(room, [])]


class Ended(StrEnum):
    """How a run of the tests ended."""

    SURVIVED = "SURVIVED"
    KILLED = "killed"
    UNKNOWN = "UNKNOWN"
    """It says nothing of the fault: it had no end, or no test ran."""


def read(status: int | None, told: str) -> tuple[Ended, str]:
    """How a run ended, by its exit status (nothing if it was stopped) and what it printed."""
    lines = [line for line in told.splitlines() if line.strip()]
    failed = [line for line in lines if line.startswith(("FAILED", "ERROR "))]
    if status == 0:
        return Ended.SURVIVED, ""
    # 1: a test failed; 2: one could not be loaded. All else is a fault of the run.
    if status in (1, 2) and failed:
        return Ended.KILLED, failed[0][:150]
    why = "no end" if status is None else f"exit status {status}: {(lines or ['no word'])[-1]}"
    return Ended.UNKNOWN, why[:150]


def run(tree: Path, tests: list[str], options: list[str], limit: float | None) -> tuple[Ended, str]:
    """Whether all tests pass, with the first that fails, or with what kept the tests from running."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("ANMIN_")},
        **({"ANMIN_TEST_DATABASE": d} if (d := os.environ.get("ANMIN_TEST_DATABASE")) else {}),
        "PYTHONPATH": str(tree / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *options]
    try:
        done = subprocess.run(
            [*command, *tests],
            cwd=tree,
            env=environment,
            capture_output=True,
            text=True,
            timeout=limit,
        )
    except subprocess.TimeoutExpired:
        return read(None, "")
    return read(done.returncode, done.stdout + done.stderr)


def main() -> None:
    """Draw, try, tell."""
    parser = ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("targets", nargs="*", metavar="ROOM")
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--lines", type=int, default=40)
    given = [*sys.argv[1:], "--"]
    at = given.index("--")
    told, options = parser.parse_args(given[:at]), given[at + 1 : -1]
    seed = random.SystemRandom().randrange(10**6) if told.seed is None else told.seed
    targets = told.targets or [*ROOMS]
    print(f"seed {seed}: {told.lines} lines of {', '.join(targets)}", flush=True)
    found: dict[Ended, list[Fault]] = {one: [] for one in Ended}
    took: dict[str, float] = {}
    with tempfile.TemporaryDirectory(prefix="anmin-mutations-") as folder:
        tree = copied(Path(folder))
        faults = draw(targets, told.lines, random.Random(seed))
        for number, fault in enumerate(faults, 1):
            tests = tests_of(fault.path)
            room = fault.path.parts[len(SOURCE.parts)]
            if room not in took:
                began = time.monotonic()
                ended, wrong = run(tree, tests, options, None)
                if ended != Ended.SURVIVED:
                    raise SystemExit(f"{room}: fails without any fault: {wrong}")
                took[room] = time.monotonic() - began
            whole = (tree / fault.path).read_bytes()
            (tree / fault.path).write_bytes(fault.put(whole))
            ended, why = run(tree, tests, options, 60 + 3 * took[room])
            (tree / fault.path).write_bytes(whole)
            found[ended].append(fault)
            print(f"{number:3} {ended:8} {fault.told()}\n             {why}", flush=True)
    for ended in (Ended.SURVIVED, Ended.UNKNOWN):
        print(f"\nseed {seed}: {len(found[ended])} of {len(faults)} {ended}")
        for fault in found[ended]:
            print(f"  {fault.told()}")


if __name__ == "__main__":
    main()
