"""The settings; those of signing in are beside it. Nonsense in the environment fails at start-up."""

import re

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from peph.env import (
    BASE_DIR,
    bounded,
    database,
    encryption_keys,
    env,
    flag,
    secret,
)
from peph.sign_in_settings import *  # noqa: F403
from peph.sign_in_settings import OIDC

DEBUG = flag("DEBUG", default=False)
SECRET_KEY = secret("SECRET_KEY", length=50)
# While the key is changed (docs/keys.md): the one that comes, and those before. What they sign is valid.
SECRET_KEY_NEXT = secret("SECRET_KEY_NEXT", length=50, optional=True)
SECRET_KEYS_BEFORE = env.list("SECRET_KEY_FALLBACKS", default=[])
SECRET_KEY_FALLBACKS = [*filter(None, [SECRET_KEY_NEXT]), *SECRET_KEYS_BEFORE]
FIELD_ENCRYPTION_KEYS = encryption_keys()
# Seed of the Ed25519 key that signs checkpoints (64 hexadecimal digits). It belongs on another machine
# than the database; empty means this installation writes unsigned notes and says so.
CHECKPOINT_KEY = env.str("CHECKPOINT_KEY", default="")
# The one that comes, while the key is changed: it signs from the change that announces it.
CHECKPOINT_NEXT_KEY = env.str("CHECKPOINT_NEXT_KEY", default="")
# The public half (64 hexadecimal digits), where the seed is elsewhere: notes are checked with it.
CHECKPOINT_PUBLIC_KEY = env.str("CHECKPOINT_PUBLIC_KEY", default="")
# The directory notes are kept in, best on a disk the database's keepers cannot write. Given, every
# verification holds the history against the notes in it; it must exist.
CHECKPOINT_DIRECTORY = env.str("CHECKPOINT_DIRECTORY", default="")
SITE_NAME = env.str("SITE_NAME", default="peph")
# Where people reach the service: what a mail sent by a job begins its addresses with.
SITE_URL = env.str("SITE_URL", default="http://localhost:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
DATABASES = {"default": database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "peph.audit.break_glass.BreakGlassConfig",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "guardian",
    "simple_history",
    "rest_framework",
    "knox",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "peph.audit",
    "peph.outbox",
    "peph.idempotency",
    "peph.keys",
    "peph.accounts",
    "organizations",
    "cases",
    "auditing",
    "privacy",
    "peph",
]

MIDDLEWARE = [
    "peph.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "privacy.middleware.ErasuresFirstMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "peph.accounts.middleware.LanguageMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "peph.accounts.middleware.SessionLimitsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "peph.scopes.ScopeMemoMiddleware",
    "peph.accounts.middleware.SecondFactorMiddleware",
    "peph.audit.middleware.AuditMiddleware",
    "peph.idempotency.middleware.SentTwiceMiddleware",
]

ROOT_URLCONF = "peph.urls"
WSGI_APPLICATION = "peph.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "peph.context.site",
            ],
            "builtins": ["peph.templatetags.peph"],
        },
    }
]
FORM_RENDERER = "peph.forms.Renderer"

# ------------------------------------------------------------------ sessions and browsers
CSRF_FAILURE_VIEW = "peph.views.csrf_failure"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_HTTPONLY = True
# Off only for a service reached over plain HTTP on the same machine, such as the demo.
HTTPS = flag("HTTPS", default=True)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# The prefix makes the browser refuse the cookie from anybody but this very host over HTTPS.
_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}session", f"{_PREFIX}csrf"
# Says which accounts signed in with this browser before (peph.accounts.lockout).
BROWSER_COOKIE_NAME = f"{_PREFIX}browser"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if flag("BEHIND_TLS_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # The address of a person is the one the proxy adds; without this everybody would have the proxy's.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF, *OIDC["OIDC_ORIGINS"]],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# ------------------------------------------------------------------ rights and history
GUARDIAN_MONKEY_PATCH_USER = False
ANONYMOUS_USER_NAME = None
# guardian's backend answers has_perm; here the policies answer, and nobody asks guardian.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True
SIMPLE_HISTORY_ENFORCE_HISTORY_MODEL_PERMISSIONS = True
# Permissions whose holders the administration site refuses: who verifies the records does not write them.
NOT_AT_ADMINISTRATION_SITE = ("audit",)
HISTORY_EXEMPT = {
    "account": "E-mail confirmation of the sign-in library; the address itself is on User, tracked.",
    "admin": "Django's own list of recent actions of the administration site; change sets hold more.",
    "auth": "Django's groups and permission names: groups are not used, names come from the code.",
    "contenttypes": "Names of the models, written by migrations.",
    "guardian": "Generic grants are not used: ours are tables of their own, tracked.",
    "mfa": "Second factors hold secrets, encrypted; each one added, removed, used is in the access log.",
    "knox": "Its own token table is not used: ours is accounts.ApiToken, tracked.",
    "sessions": "Who is signed in now; sign-ins are in the access log.",
    "usersessions": "The device of each session, deleted with it; sign-ins are in the access log.",
}

# ------------------------------------------------------------------ language and time
LANGUAGE_CODE = "fr-ca"
LANGUAGES = [("fr-ca", _("French")), ("en-ca", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = env.str("TIME_ZONE", default="America/Toronto")
USE_TZ = True

# ------------------------------------------------------------------ API
REST_FRAMEWORK = {
    # The token first: it makes an anonymous call a 401, not a 403.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "peph.accounts.authentication.TokenAuthentication",
        "peph.accounts.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["peph.accounts.throttle.PersonThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["peph.answers.QuickJSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "peph.api.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
# Of one person, over all their tokens and all processes; 0 is no limit.
API_REQUESTS_PER_MINUTE = bounded("API_REQUESTS_PER_MINUTE", default=600, least=0, most=100_000)
KNOX_TOKEN_MODEL = "accounts.ApiToken"  # noqa: S105 - a model
SPECTACULAR_SETTINGS = {
    "TITLE": "peph",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

# ------------------------------------------------------------------ files, mail, cache, logs
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if flag("STATIC_MANIFEST", default=True)
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = not flag("STATIC_MANIFEST", default=True)
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
if EMAIL_CONFIG["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
    # Ours recognises a message handed over again; its path is relative to this folder, as SQLite's.
    EMAIL_CONFIG["EMAIL_BACKEND"] = "peph.outbox.spool.EmailBackend"
    EMAIL_CONFIG["EMAIL_FILE_PATH"] = BASE_DIR / EMAIL_CONFIG["EMAIL_FILE_PATH"]
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="peph@localhost")
# Tries of a message, seconds a process may take over one, days its text is kept (docs/reminders.md).
OUTBOX_MAX_ATTEMPTS = env.int("OUTBOX_MAX_ATTEMPTS", default=16)
OUTBOX_CLAIM_SECONDS = env.int("OUTBOX_CLAIM_SECONDS", default=600)
OUTBOX_KEEP_DAYS = env.int("OUTBOX_KEEP_DAYS", default=7)
# Days between the second approval of an erasure and the erasure; the file that outlives a restored backup.
ERASURE_GRACE_DAYS = bounded("ERASURE_GRACE_DAYS", default=7, least=0, most=90)
ERASURE_LEDGER = env.str("ERASURE_LEDGER", default="")
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# The largest document a person may put in a file, in bytes.
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=10 << 20)
if not 1 << 10 <= DOCUMENT_MAX_BYTES <= 1 << 28:
    raise ImproperlyConfigured("DOCUMENT_MAX_BYTES must be from 1 kB to 256 MB.")
# The clamd that looks for malicious software in what is put in: `host:port`, or the path of its socket.
# Empty: nothing is looked for, and the pages of the documents say so. Given, nothing is read before
# it is clean.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="").strip()
if CLAMD_ADDRESS and not re.fullmatch(r"/.+|.+:\d{1,5}", CLAMD_ADDRESS):
    raise ImproperlyConfigured("CLAMD_ADDRESS is host:port, or the path of a socket.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
