"""Django's settings, all derived from `environment.Environment`."""

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy as _

from anmin.config.environment import Environment
from anmin.config.home import kept_secret, make_home
from anmin.config.late import Late
from anmin.kernel.kind_folders import files_of, kind_folders

if TYPE_CHECKING:
    from anmin.kernel.calendar import WorkingCalendar
    from anmin.kernel.crypto import Keyring
    from anmin.kernel.rules import RuleBook

ENVIRONMENT = Environment.load()
PACKAGE = Path(__file__).resolve().parent.parent
ANMIN_HOME: Path = make_home(ENVIRONMENT.anmin_home)

# --- identity -------------------------------------------------------------------------------
DEBUG = False
SECRET_KEY = (
    ENVIRONMENT.anmin_secret_key.get_secret_value()
    if ENVIRONMENT.anmin_secret_key
    else kept_secret(ANMIN_HOME / "secret_key", get_random_secret_key)
)
BASE_URL = ENVIRONMENT.anmin_base_url
SMS_ABROAD = ENVIRONMENT.anmin_sms_abroad
SMS_RECEIPTS = ENVIRONMENT.anmin_sms_receipts
RECORDINGS = ENVIRONMENT.anmin_recordings
SINGLE_DECISIONS = ENVIRONMENT.anmin_single_decisions
SITE_MARKS = ENVIRONMENT.anmin_site_marks
ALLOWED_HOSTS = [
    ENVIRONMENT.host,
    "localhost",
    "127.0.0.1",
    "[::1]",
    *ENVIRONMENT.anmin_allowed_hosts,
]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
ROOT_URLCONF = "anmin.config.urls"
WSGI_APPLICATION = "anmin.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = (
    "evidence places people channels draws measures files matters callbacks publishing "
    "registers surveys property watch campaign exchange documents faces"
)
DESK = (
    "shell figures day matters bodies calls replies measures watch campaign surveys publishing "
    "property imports documents notices accounts"
)
INSTALLED_APPS = [
    *(f"anmin.{room}" for room in ROOMS.split()),
    *(f"anmin.desk.{room}" for room in DESK.split()),
    "anmin.portal",
    "anmin.config",
    "anmin.people.admin_app.ReferenceAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "django_tasks_db",
]
MIDDLEWARE = [
    "anmin.config.middleware.observe",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "anmin.config.incoming.Incoming",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "anmin.people.middleware.People",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "anmin.config.rights.Methods",
    "anmin.config.middleware.Refusals",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [PACKAGE / "config" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]


# --- data -----------------------------------------------------------------------------------
def _database() -> dict[str, Any]:
    if ENVIRONMENT.database_url:
        from psycopg.conninfo import conninfo_to_dict

        parts = conninfo_to_dict(ENVIRONMENT.database_url.get_secret_value())
        named = {
            key.upper(): parts.pop(part, "") or ""
            for key, part in (
                ("name", "dbname"),
                ("user", "user"),
                ("password", "password"),
                ("host", "host"),
                ("port", "port"),
            )
        }
        return {
            "ENGINE": "django.db.backends.postgresql",
            **named,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {
                "connect_timeout": 5,
                "keepalives_idle": 30,
                "tcp_user_timeout": 20_000,  # milliseconds: a server that fell silent is gone
                **parts,
                # Who waits for somebody else's rows longer is told so (config/errors.py).
                "options": f"-c lock_timeout=10s {parts.get('options') or ''}".strip(),
            },
        }
    return {
        "ENGINE": "anmin.config.sqlite",
        "NAME": ANMIN_HOME / "anmin.sqlite3",
        "TEST": {"NAME": ANMIN_HOME / "test.sqlite3"},
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL;"
            "PRAGMA synchronous=NORMAL;"
            "PRAGMA secure_delete=ON;"  # what is taken out of a row is written over in the file
            "PRAGMA temp_store=MEMORY;"
            "PRAGMA cache_size=-16000;"  # KiB for each connection; the rest is mapped
            "PRAGMA mmap_size=1073741824;"
            "PRAGMA journal_size_limit=67108864",
        },
    }


DATABASES = {"default": _database()}
CACHES = {
    # Sign-in limits must be counted by all web processes together.
    "default": {
        "BACKEND": "anmin.config.cache.SharedCounts",
        "LOCATION": "people_sharedcache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5_000  # a day with a thousand things owed is signed by one form
MEDIA_ROOT = ANMIN_HOME / "media"
UPLOAD_LIMIT = ENVIRONMENT.anmin_upload_mb * 2**20
CLAMD = ENVIRONMENT.anmin_clamd
PUBLIC_NUMBERS = ENVIRONMENT.anmin_public_numbers
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


def _keyring() -> "Keyring":
    from anmin.kernel.crypto import Keyring

    given = ENVIRONMENT.anmin_keyring
    return Keyring.load(
        given.get_secret_value()
        if given
        else kept_secret(ANMIN_HOME / "keyring", lambda: Keyring.generate().dump())
    )


def _rules() -> "RuleBook":
    from anmin.kernel.law_texts import read_digests
    from anmin.kernel.rules import RuleBook

    return RuleBook(_own("rules"), read_digests(ANMIN_HOME / "laws"), KIND_FOLDERS.values())


def _calendar() -> "WorkingCalendar":
    from anmin.kernel.calendar import WorkingCalendar

    return WorkingCalendar(ANMIN_HOME / "calendar")  # it may be brought while this runs


def _own(folder: str) -> Path | None:
    """The installation's own data files, which overlay the shipped ones."""
    return ANMIN_HOME / folder if (ANMIN_HOME / folder).is_dir() else None


KIND_FOLDERS = kind_folders((PACKAGE / "matters" / "kinds", *ENVIRONMENT.anmin_kinds))
KEYRING = cast("Keyring", Late(_keyring))
RULES = cast("RuleBook", Late(_rules))
CALENDAR = cast("WorkingCalendar", Late(_calendar))

# --- people ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Account"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
FIRST_PAGES = {"leader": "/desk/morning/", "partner": "/desk/owed/"}
"""Where sign-in leads somebody of a role whose work begins elsewhere."""
ACCOUNT_ADAPTER = "anmin.people.sign_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_FORMS = {"login": "anmin.people.forms.SignIn"}
# The library's limits lock neighbours out; the house's own stand in `people.attempts`.
ACCOUNT_RATE_LIMITS = {"login": "", "login_failed": ""}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Anmin"
MFA_TOTP_TOLERANCE = 1  # one period of 30 seconds: telephones' clocks are not exact
MFA_FORMS = {
    "authenticate": "anmin.people.forms.SecondFactor",
    "reauthenticate": "anmin.people.forms.SecondFactorAgain",
}
MFA_ADAPTER = "anmin.people.sign_in.SecondFactorAdapter"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.anmin_https
REQUIRE_SECOND_FACTOR = ENVIRONMENT.anmin_require_mfa
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.anmin_https else 0
SOCIALACCOUNT_ADAPTER = "anmin.people.sign_in.SingleSignOnAdapter"
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if ENVIRONMENT.anmin_oidc_issuer:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "single-sign-on",
                "name": _("Single sign-on"),
                "client_id": ENVIRONMENT.anmin_oidc_client_id or "",
                "secret": (
                    ENVIRONMENT.anmin_oidc_client_secret.get_secret_value()
                    if ENVIRONMENT.anmin_oidc_client_secret
                    else ""
                ),
                "settings": {"server_url": ENVIRONMENT.anmin_oidc_issuer},
            }
        ]
    }

# --- language and time ----------------------------------------------------------------------
LANGUAGE_CODE = ENVIRONMENT.anmin_language
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [
    PACKAGE / "locale",
    *(path for _kind, path in files_of(KIND_FOLDERS, "locale")),
]
USE_I18N = True
FORMAT_MODULE_PATH = ["anmin.config.formats"]
USE_TZ = True
TIME_ZONE = ENVIRONMENT.anmin_time_zone

# --- files for the browser ------------------------------------------------------------------
NODE_MODULES = PACKAGE.parent.parent / "node_modules"
STATIC_URL = "/static/"
STATIC_ROOT = ANMIN_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "files": ENVIRONMENT.anmin_files_storage or {"BACKEND": "anmin.files.storage.HomeFolder"},
    "staticfiles": {"BACKEND": "anmin.config.static.BrowserFiles"},
}
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "anmin.config.static.VendorFinder",
]
# Until `anmin up` has collected them, and for developers, files come from where they are written.
WHITENOISE_USE_FINDERS = ENVIRONMENT.anmin_debug or not (STATIC_ROOT / ".collected").exists()
WHITENOISE_AUTOREFRESH = ENVIRONMENT.anmin_debug
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["map", "jpg", "png", "gif", "webp", "woff", "woff2", "ico"]

# --- protection -----------------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.SELF],
    # Browsers hold where a form leads to against this, redirects to single sign-on included.
    "form-action": [CSP.SELF, *filter(None, [ENVIRONMENT.anmin_oidc_issuer])],
    "frame-ancestors": [CSP.NONE],
}
CSRF_FAILURE_VIEW = "anmin.config.errors.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_ENGINE = "anmin.people.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 86_400  # no role's sessions last longer: `people/roles.csv`
SESSION_IDLE = (
    timedelta(minutes=ENVIRONMENT.anmin_session_idle_minutes)
    if ENVIRONMENT.anmin_session_idle_minutes
    else None
)
SESSION_LONGEST = (
    timedelta(hours=ENVIRONMENT.anmin_session_longest_hours)
    if ENVIRONMENT.anmin_session_longest_hours
    else None
)
SESSION_COOKIE_SAMESITE = "Lax"
if ENVIRONMENT.anmin_https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
    SECURE_HSTS_SECONDS = 31_536_000
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

# --- messages -------------------------------------------------------------------------------
AREA_CODE = ENVIRONMENT.anmin_area_code
PETITION_CLOCKS = ENVIRONMENT.anmin_petition_clocks
DEFAULT_FROM_EMAIL = ENVIRONMENT.anmin_mail_from
SMS_URL = ENVIRONMENT.anmin_sms_url
SMS_SECRET = (
    ENVIRONMENT.anmin_sms_secret.get_secret_value() if ENVIRONMENT.anmin_sms_secret else None
)
SMS_TEMPLATE = ENVIRONMENT.anmin_sms_template
MESSAGE_ROUTES = {
    "sms": "http_sms" if SMS_URL else "console",
    "email": "smtp" if ENVIRONMENT.anmin_smtp_url else "console",
    "inbox": "inbox",
    "console": "console",
}


def _mailer() -> dict[str, Any]:
    if not ENVIRONMENT.anmin_smtp_url:
        return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
    server = urlsplit(ENVIRONMENT.anmin_smtp_url.get_secret_value())
    encrypted = server.scheme == "smtps"
    return {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": server.hostname,
            "port": server.port or (465 if encrypted else 587),
            "username": unquote(server.username or ""),
            "password": unquote(server.password or ""),
            "use_ssl": encrypted,
            "use_tls": not encrypted and bool(server.username),
            "timeout": 20,
        },
    }


MAILERS = {"default": _mailer()}

# --- what is written down about the running -------------------------------------------------
LOGGING_CONFIG = "anmin.config.logs.configure"
LOGGING = {"level": ENVIRONMENT.anmin_log_level, "home": ANMIN_HOME}
METRICS_TOKEN = (
    ENVIRONMENT.anmin_metrics_token.get_secret_value() if ENVIRONMENT.anmin_metrics_token else None
)
