"""No speed: 10,000 matters of every kind with markers in everything that is somebody's, publications of every
source about them, and every public address read in both languages, searched for the markers.

The small version is a test (`tests/test_nothing_personal_leaves.py`). Minutes, so not part of `make bench`:
`python -m bench.markers`. `ANMIN_BENCH_ROWS` says how many matters, `ANMIN_BENCH_PUBLISHED` how many
publications of a source at most.
"""

import os
import sys
import tempfile

ROWS = int(os.environ.get("ANMIN_BENCH_ROWS", "10000"))
MOST = int(os.environ.get("ANMIN_BENCH_PUBLISHED", "500"))


def main() -> int:
    """Plant, publish, read; 1 where a marker was found."""
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(ANMIN_HOME=home, ANMIN_REQUIRE_MFA="false", ANMIN_KINDS="")
        from anmin.config import console

        console.boot()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        call_command("migrate", verbosity=0)
        from tests.markers.whole import plant_and_read, pretended
        from tests.personas import small_bureau

        with pretended():
            city = small_bureau()
            result = plant_and_read(city, ROWS, most=MOST, quick=False, say=say)
    searched = result.searched
    say(f"{result.matters:,} matters, {result.files} with a photo and a text, 50 things in store")
    say(f"{len(result.columns)} other columns with a marker; without a row: {result.empty}")
    say(f"published: {dict(result.told.published)}; refused: {dict(result.told.refused)}")
    say(f"{searched.answers:,} answers ({searched.letters:,} characters), {searched.statuses}")
    say(f"faults: {searched.faults}")
    say(f"{searched.files} files of the program; markers found: {len(searched.found)}")
    for place, told in list(searched.found.items())[:40]:
        say(f"  {place}: {told[:160]!r}")
    return 1 if searched.found else 0


def say(words: str) -> None:
    """A line at once, for what takes minutes."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
