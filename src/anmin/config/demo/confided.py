"""The demo city's key for tip-offs, and what strangers confide to it.

A real key's files never lie on the machine. This one's do, in ``demo-key``, so that whoever tries the
demo can open a tip-off: all of it is made up.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from anmin.config.demo.people import HOLDERS, PASSWORD
from anmin.kernel import sealing
from anmin.kernel.confiding import proof_of
from anmin.kernel.sealing import Holder
from anmin.matters import confiding
from anmin.matters.confiding import Given
from anmin.matters.models import Matter
from anmin.matters.registry import kind_of
from anmin.matters.sealed_actions import make_key, open_sealed

FOLDER: Final = "demo-key"
ABOUT: Final = """\
演示密钥，仅供试用：真实的密钥文件绝不放在服务器上。每位持有人的口令：{password}
A demo key, to be tried out: the files of a real key never lie on the server. Every passphrase: {password}

anmin sealed open NUMBER --key {folder}/{key}.key --with {folder}/{key}.{first}.holder \\
  --with {folder}/{key}.{second}.holder --reason "demo"

举报人记下的三项 · what whoever told something wrote down (/tell/read):
"""


class DemoSeal:
    """The key, its holders, and the tip-offs that were sealed to it."""

    def __init__(self) -> None:
        made = make_key(passphrases=dict.fromkeys(HOLDERS, PASSWORD), need=len(HOLDERS))
        self._key_file = made.key_file
        self._held: list[Holder] = [
            sealing.holder(made.holder_files[name], PASSWORD) for name in HOLDERS
        ]
        self._folder = Path(settings.ANMIN_HOME) / FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._write(f"{made.id}.key", made.key_file)
        for name, text in made.holder_files.items():
            self._write(f"{made.id}.{name}.holder", text)
        first, second = HOLDERS
        about = {"password": PASSWORD, "folder": self._folder, "key": made.id}
        self._about = ABOUT.format(**about, first=first, second=second)

    def confide(self, place: int, kind: str, facts: Mapping[str, Any]) -> Matter:
        """Tell something as a stranger without script does."""
        key = f"demo {place}"
        kept = confiding.kept_of(key)
        proof = proof_of(kept.code, kept.passphrase)
        way = kind_of(kind).confided
        assert way is not None
        matter, _receipt = confiding.confide(
            kind=kind,
            key=key,
            given=Given(words=facts[way.words]),
            public=proof.public,
            proof=proof.proof,
        )
        self._about += f"{matter.number}  {kept.code}  {kept.passphrase}\n"
        self._write("README.txt", self._about)
        return matter

    def add(self, pk: int, words: str) -> None:
        """Add to it as that stranger does."""
        confiding.add(matter_id=pk, key=f"demo {pk} {len(words)}", given=Given(words=words))

    def open(self, number: str) -> None:
        """The holders open it together."""
        open_sealed(number=number, key_file=self._key_file, held=self._held, reason="演示核查")

    def _write(self, name: str, text: str) -> None:
        path = self._folder / name
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
