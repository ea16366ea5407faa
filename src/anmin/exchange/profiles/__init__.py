"""Column profiles: those shipped here, those in the folder of a kind (`profiles/*.toml`), and those
an installation keeps in `$ANMIN_HOME/profiles`.
"""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from pydantic import ValidationError

from anmin.exchange.profile import Profile
from anmin.kernel.bilingual import english
from anmin.kernel.errors import NotFound, Refusal
from anmin.kernel.kind_folders import files_of
from anmin.kernel.toml_files import toml_of
from anmin.matters.registry import all_kinds
from anmin.people.listing import listed

SHIPPED = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Listed:
    """A profile as a list shows it."""

    name: str
    title: str
    path: Path
    shipped: bool
    source: str = ""
    roles: frozenset[str] = frozenset()
    kind: str = "incident"


def own_folder() -> Path:
    """Where an installation keeps its own profiles; it may not exist yet."""
    return Path(settings.ANMIN_HOME) / "profiles"


def list_profiles() -> list[Listed]:
    """Every profile that can be read, by name; one of the installation hides a shipped namesake.

    A file of the installation that is no profile, or one of a kind that is not there, is left out:
    reading it by name says why.
    """
    kinds = {kind.code for kind in all_kinds()}
    found: dict[str, Listed] = {}
    for path in _files().values():
        try:
            profile = read_profile(path)
        except Refusal:
            continue
        if profile.kind not in kinds:
            continue
        title = (english() and profile.title_en) or profile.title
        found[path.stem] = Listed(
            path.stem,
            title,
            path,
            path.parent != own_folder(),
            profile.source,
            profile.roles,
            profile.kind,
        )
    return sorted(found.values(), key=lambda listed: listed.name)


def find_profile(name: str) -> Path:
    """The file of a profile, given its name, the beginning of one name only, or a path.

    Raises:
        NotFound: no profile goes by that name, or several begin with it.
    """
    path = Path(name).expanduser()
    if path.suffix == ".toml" or len(path.parts) > 1:
        if not path.is_file():
            raise NotFound(_("There is no file %(path)s.") % {"path": path}, field="profile")
        return path
    files = _files()
    if name in files:
        return files[name]
    meant = sorted(stem for stem in files if stem.startswith(name)) if name else []
    if len(meant) == 1:
        return files[meant[0]]
    known = listed(meant or sorted(files))
    if meant:
        message = _("“%(name)s” may be one of: %(known)s.")
    else:
        message = _("There is no column profile “%(name)s”. There are: %(known)s.")
    raise NotFound(message % {"name": name, "known": known}, field="profile")


def is_known(name: str) -> bool:
    """Whether the house has a profile of exactly that name, or is to be asked for one."""
    return Path(name).suffix != ".toml" and len(Path(name).parts) <= 1


def named_profile(name: str) -> Path:
    """The file of a profile of exactly that name: what a browser sends is never a path.

    Raises:
        NotFound: no profile has that name.
    """
    path = _files().get(name)
    if path is None:
        raise NotFound(_("There is no column profile “%(name)s”.") % {"name": name[:48]})
    return path


def read_profile(path: Path) -> Profile:
    """Read and check a profile.

    Raises:
        Refusal: not TOML, or not a profile, naming the first wrong key.
    """
    try:
        return parse_profile(path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as fault:
        raise Refusal(
            _("The profile %(path)s cannot be read: %(fault)s") % {"path": path, "fault": fault},
            field="profile",
        ) from None


def parse_profile(text: str) -> Profile:
    """As `read_profile`, from the text of the file."""
    try:
        told = toml_of(text)
    except ValueError as fault:
        raise Refusal(
            _("The profile is not TOML: %(fault)s") % {"fault": fault}, field="profile"
        ) from None
    try:
        return Profile.model_validate(told)
    except ValidationError as fault:
        raise not_a_profile(fault) from None


def not_a_profile(fault: ValidationError) -> Refusal:
    """Why something is no profile: its first wrong key, and what is wrong with it."""
    first = fault.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or _("profile")
    what = first["msg"].removeprefix("Value error, ")
    return Refusal(f"{where}: {what}", field="profile")


def load_profile(name: str) -> Profile:
    """The profile of that name, beginning of a name, or path."""
    return read_profile(find_profile(name))


def _files() -> dict[str, Path]:
    brought = [folder for _kind, folder in files_of(settings.KIND_FOLDERS, "profiles")]
    folders = [SHIPPED, *brought, own_folder()]
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
