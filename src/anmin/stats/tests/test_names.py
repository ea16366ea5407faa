"""The public names of the library, as they can be had from `anmin.stats`."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import anmin.stats


@pytest.mark.parametrize("name", sorted(anmin.stats.HOMES))
def test_every_public_name_is_where_it_is_said_to_be(name):
    found = getattr(anmin.stats, name)
    assert found.__name__ == name
    assert found.__doc__


def test_the_type_checker_is_told_the_same():
    tree = ast.parse(Path(anmin.stats.__file__).read_text())
    told = {
        name.asname: str(node.module).removeprefix("anmin.stats.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module != "typing"
        for name in node.names
        if name.asname
    }
    assert told == anmin.stats.HOMES


def test_no_module_hides_a_public_name():
    modules = {path.stem for path in Path(anmin.stats.__file__).parent.glob("*.py")}
    assert modules & set(anmin.stats.HOMES) == set()


def test_a_name_that_there_is_not():
    with pytest.raises(ImportError):
        from anmin.stats import nothing_of_this  # noqa: F401


def test_asking_for_one_method_loads_no_other():
    code = "import sys, anmin.stats; assert 'numpy' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_all_names_are_exported() -> None:
    assert sorted(anmin.stats.__all__) == sorted(anmin.stats.HOMES)
    spoken: dict[str, object] = {}
    exec("from anmin.stats import *", spoken)
    assert set(anmin.stats.HOMES) <= set(spoken)
