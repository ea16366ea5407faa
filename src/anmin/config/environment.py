"""What an installation may set, read from the environment and checked once at boot.

Every variable is one field here; `docs/settings.md` is written from it. A wrong value stops the
start with one plain line per fault, never with a traceback.
"""

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, Json, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

Words = Annotated[tuple[str, ...], NoDecode]
"""A comma-separated list in the environment."""


class WrongEnvironment(SystemExit):
    """The environment cannot be used; carries one line per fault and ends the process with 1."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class Environment(BaseSettings):
    """All settings of an installation, by their names in the environment (upper case)."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, env_ignore_empty=True)

    anmin_home: Path = Field(
        Path("var"),
        description="Folder that holds all data of this installation; made with mode 0700.",
    )
    anmin_kinds: Annotated[tuple[Path, ...], NoDecode] = Field(
        (),
        description="Folders with kinds of matters of one's own, comma-separated: each holds a "
        "folder for a kind. They are program code: only the administrator may write there.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL address (`postgres://user:password@host/name`). "
        "Without it, SQLite in `$ANMIN_HOME/anmin.sqlite3`.",
    )
    anmin_secret_key: SecretStr | None = Field(
        None,
        min_length=32,
        description="Secret that signs sessions and links. Without it, one is made once and kept "
        "in `$ANMIN_HOME/secret_key`.",
    )
    anmin_keyring: SecretStr | None = Field(
        None,
        description="Keys that encrypt names, telephone numbers and free text. Without it, one "
        "is made once and kept in `$ANMIN_HOME/keyring`; keep a copy apart from backups.",
    )
    anmin_time_zone: str = Field(
        "Asia/Shanghai", description="Time zone in which times are shown and days begin."
    )
    anmin_language: Literal["zh-hans", "en"] = Field(
        "zh-hans", description="Language shown to a visitor who has not chosen one."
    )
    anmin_petition_clocks: Literal["national", "zhejiang"] = Field(
        "national",
        description="By which times petitions are accepted and answered: `national` "
        "(信访工作条例) or `zhejiang` (浙江省信访条例). Those that run already keep theirs.",
    )
    anmin_base_url: str = Field(
        "http://127.0.0.1:8000",
        description="Address under which the public reaches this installation; links in messages "
        "begin with it.",
    )
    anmin_allowed_hosts: Words = Field(
        (),
        description="Further host names to answer to, separated by commas. The host of "
        "`ANMIN_BASE_URL` and this machine are always among them.",
    )
    anmin_https: bool = Field(
        False,
        description="The public reaches this installation by HTTPS only: secure cookies, strict "
        "transport security, and `X-Forwarded-Proto` of the proxy is believed.",
    )
    anmin_smtp_url: SecretStr | None = Field(
        None,
        description="Mail server: `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`. "
        "Without it, mail is printed on the console.",
    )
    anmin_area_code: str = Field(
        "",
        pattern=r"^(0[0-9]{2,3})?$",
        description="Area code of this place (`0577`), for landlines written without one. Without "
        "it, rows with such numbers are rejected.",
    )
    anmin_mail_from: str = Field(
        "anmin@localhost", description="Sender address of mail from this installation."
    )
    anmin_sms_abroad: bool = Field(
        False,
        description="Text messages also go to numbers outside the mainland, which anybody may type "
        "into a form and which cost far more. Without it nobody there is texted: they follow by "
        "their code, and are phoned.",
    )
    anmin_sms_receipts: bool = Field(
        False,
        description="Whoever answers by text message gets the receipt code by text message: one "
        "more message for each answer.",
    )
    anmin_sms_signature: str = Field(
        "",
        max_length=16,
        pattern=r"^[^【】\[\]]*$",
        description="The sender's signature that every text message begins with, as registered "
        "with the carriers and without brackets: `瑞安公安` gives 【瑞安公安】. Without it the name of "
        "the bureau.",
    )
    anmin_single_decisions: bool = Field(
        False,
        description="Single decisions on penalties may be published, redacted and signed off by a "
        "lawyer. Without it only totals are. Records of public security violations are sealed "
        "(治安管理处罚法 第一百三十六条): of those there are totals alone, with it or without.",
    )
    anmin_site_marks: Words = Field(
        (),
        description="What stands at the foot of every public page, separated by commas: whose the "
        "site is and how it is reached, its registration (ICP备案号), that with the police "
        "(公安备案号), its number as a site of the government (网站标识码). 互联网信息服务管理办法 "
        "第十二条 and 国办发〔2017〕47号 want them there.",
    )
    anmin_public_numbers: Literal["", "drand", "drand-typed", "lottery"] = Field(
        "",
        description="The public number, known to nobody beforehand, that each random draw waits for: "
        "`drand` (fetched over the network), `drand-typed` (the same, typed in by two people) or "
        "`lottery` (a lottery result, typed in by two people). Without it draws need no network, and "
        "their page says that the house alone made the seed.",
    )
    anmin_recordings: str = Field(
        "",
        description="Where recordings of callbacks are, for quality checks: a folder with files "
        "whose names begin with the reference (`JQ-2026-0000708-X_20261128.wav`), or an address of "
        "the call platform with `{reference}` (also `{round}`, `{day}`, `{badge}`).",
    )
    anmin_root_mail: Words = Field(
        (),
        description="Who gets the signed root of the records every night, best somebody outside "
        "the house: mail addresses, separated by commas, each in the language of "
        "`ANMIN_LANGUAGE` or as `en:name@example.org`, `zh-hans:name@example.org`.",
    )
    anmin_sms_url: str | None = Field(
        None,
        description="Address of the SMS gateway that text messages are posted to. Without it, they "
        "are printed on the console.",
    )
    anmin_sms_secret: SecretStr | None = Field(
        None,
        description="Shared secret that signs requests to the SMS gateway and its replies to us.",
    )
    anmin_sms_template: Json[dict[str, Any]] | None = Field(
        None,
        description="What the SMS gateway wants to be sent, as JSON with `{key}`, `{recipient}` "
        "and `{body}` in it.",
    )
    anmin_require_mfa: bool | None = Field(
        None,
        description="Whether roles that see contact details must sign in with a second factor. "
        "Without it: yes, but not in a demo city.",
    )
    anmin_session_idle_minutes: int | None = Field(
        None,
        ge=1,
        le=1440,
        description="After so many minutes without anything done everybody is signed out, where "
        "their role's own limit (`people/roles.csv`) is not shorter.",
    )
    anmin_session_longest_hours: int | None = Field(
        None,
        ge=1,
        le=24,
        description="After so many hours everybody signs in again, where their role's own limit "
        "(`people/roles.csv`) is not shorter.",
    )
    anmin_oidc_issuer: str | None = Field(
        None, description="Address of an OpenID Connect server for single sign-on."
    )
    anmin_oidc_client_id: str | None = Field(
        None, description="Client name registered with the OpenID Connect server."
    )
    anmin_oidc_client_secret: SecretStr | None = Field(
        None, description="Client secret registered with the OpenID Connect server."
    )
    anmin_upload_mb: int = Field(
        500,
        ge=1,
        le=100_000,
        description="The largest file, in megabytes, that can be uploaded at the desk. Larger ones "
        "are imported by command.",
    )
    anmin_files_storage: Json[dict[str, Any]] | None = Field(
        None,
        description="Where the files of matters are kept, as JSON of one entry of Django's "
        '`STORAGES` (`{"BACKEND": "…", "OPTIONS": {…}}`). Without it, '
        "`$ANMIN_HOME/files`. They are encrypted before they get there; a place outside of the "
        "home is not in `anmin backup`.",
    )
    anmin_clamd: str = Field(
        "",
        description="Malware scanner: where clamd listens, `host:3310` or the path of its socket. "
        "With it, no file is kept that clamd has not looked at. Without it, files are not scanned.",
    )
    anmin_metrics_token: SecretStr | None = Field(
        None,
        description="Bearer token that `/metrics` asks for. Without it, `/metrics` answers only "
        "to this machine itself, and never where `ANMIN_BASE_URL` names another or a proxy "
        "passes the question on.",
    )
    anmin_traces_url: str | None = Field(
        None,
        description="Address of an OpenTelemetry collector (OTLP over HTTP, such as "
        "`http://collector:4318/v1/traces`) that traces are sent to; needs the extra `tracing`.",
    )
    anmin_web_processes: int = Field(2, ge=1, le=64, description="Web processes that `up` starts.")
    anmin_web_threads: int = Field(
        2,
        ge=1,
        le=64,
        description="Threads that each web process answers with: fewer keep quick pages quick, "
        "more let others pass while something slow is made.",
    )
    anmin_log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe event that is logged."
    )
    anmin_debug: bool = Field(
        False, description="Show tracebacks in the terminal. For developers only."
    )

    @field_validator(
        "anmin_allowed_hosts", "anmin_kinds", "anmin_root_mail", "anmin_site_marks", mode="before"
    )
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(word.strip() for word in value.split(",") if word.strip())
        return value

    @field_validator("anmin_root_mail", mode="after")
    @classmethod
    def _mail_addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            language, _, address = word.rpartition(":")
            if language not in {"", "en", "zh-hans"}:
                raise ValueError(f"there is no language {language}: use en: or zh-hans:")
            if not re.fullmatch(r"[^\s@<>,]+@[^\s@<>,]+\.[^\s@<>,]+", address):
                raise ValueError(f"{address} is no mail address")
        return value

    @field_validator("anmin_kinds", mode="after")
    @classmethod
    def _there(cls, value: tuple[Path, ...]) -> tuple[Path, ...]:
        for folder in value:
            if not folder.is_dir():
                raise ValueError(f"there is no folder {folder}")
        return tuple(folder.resolve() for folder in value)

    @field_validator("anmin_home", mode="after")
    @classmethod
    def _whole_path(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @field_validator("anmin_time_zone", mode="after")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as fault:
            raise ValueError(f"there is no time zone called {value}") from fault
        return value

    @field_validator(
        "anmin_base_url", "anmin_sms_url", "anmin_oidc_issuer", "anmin_traces_url", mode="after"
    )
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be a web address such as https://anmin.example.gov.cn")
        return value.rstrip("/")

    @field_validator("database_url", mode="after")
    @classmethod
    def _postgres(cls, value: SecretStr | None) -> SecretStr | None:
        if value and urlsplit(value.get_secret_value()).scheme not in {"postgres", "postgresql"}:
            raise ValueError("must begin with postgres:// (leave it out for SQLite)")
        return value

    @field_validator("anmin_clamd", mode="after")
    @classmethod
    def _scanner(cls, value: str) -> str:
        if value and not re.fullmatch(r"/\S+|(\[[0-9A-Fa-f:]+\]|[^\s:/]+):[0-9]{1,5}", value):
            raise ValueError("must be host:port, or the whole path of a socket")
        return value

    @field_validator("anmin_files_storage", mode="after")
    @classmethod
    def _names_a_backend(cls, value: dict[str, Any] | None) -> dict[str, Any] | None:
        if value is not None and not isinstance(value.get("BACKEND"), str):
            raise ValueError('must be JSON such as {"BACKEND": "…", "OPTIONS": {}}')
        return value

    @field_validator("anmin_smtp_url", mode="after")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value:
            parts = urlsplit(value.get_secret_value())
            if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
                raise ValueError("must look like smtp://user:password@host:587")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.anmin_sms_url and not self.anmin_sms_secret:
            raise ValueError("ANMIN_SMS_SECRET: is needed with ANMIN_SMS_URL")
        if self.anmin_oidc_issuer and not self.anmin_oidc_client_id:
            raise ValueError("ANMIN_OIDC_CLIENT_ID: is needed with ANMIN_OIDC_ISSUER")
        return self

    @property
    def host(self) -> str:
        """The host name of the base address."""
        return urlsplit(self.anmin_base_url).hostname or "localhost"

    @classmethod
    def load(cls) -> "Environment":
        """Read and check the environment.

        Raises:
            WrongEnvironment: one line per wrong variable, naming it and what it should be.
        """
        try:
            return cls()
        except ValidationError as fault:
            lines = []
            for error in fault.errors(include_url=False, include_input=False):
                reason = str(error["msg"]).removeprefix("Value error, ")
                names = [str(part).upper() for part in error["loc"][:1]]
                lines.append(": ".join([*names, reason]))
            raise WrongEnvironment(lines) from None
