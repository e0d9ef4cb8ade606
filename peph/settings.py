"""The only settings file. Every value comes from the environment or `.env`; nonsense fails at start-up."""

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from peph.env import BASE_DIR, bounded, database, encryption_keys, env, flag, oidc, secret

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

# ------------------------------------------------------------------ people and sessions
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "peph.accounts.passwords.LengthValidator"},
    {"NAME": "peph.accounts.passwords.GuessableValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "peph.accounts.adapter.AccountAdapter"
# Lets people sign in with the part of their e-mail before "@". Empty: the whole e-mail is asked for.
ACCOUNT_DEFAULT_DOMAIN = env.str("ACCOUNT_DEFAULT_DOMAIN", default="").strip().lower()
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"  # accounts are opened by the programme, which knows the address
ACCOUNT_PREVENT_ENUMERATION = True
# The library's own generator copies addresses into a table of its own, where an old one would still sign in.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a dotted name
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = False
# Failed tries are counted by peph.accounts.lockout, in the database; the library's own count is not shared.
ACCOUNT_RATE_LIMITS = {"login_failed": None}
SIGN_IN_TRIES = bounded("SIGN_IN_TRIES", default=10, least=3, most=10)
# An office whose people leave by one address may need more for each address than for each account.
SIGN_IN_TRIES_BY_ADDRESS = bounded("SIGN_IN_TRIES_BY_ADDRESS", default=10, least=3, most=1000)
SIGN_IN_WINDOW_SECONDS = 15 * 60
# A session ends that long after the sign-in, whatever is done in it, and that long after the last page.
SESSION_COOKIE_AGE = bounded("SESSION_SECONDS", default=12 * 3600, least=600, most=24 * 3600)
SESSION_IDLE_SECONDS = bounded("SESSION_IDLE_SECONDS", default=2 * 3600, least=600, most=12 * 3600)
# How recent the last proof of who one is must be before access is given, tokens made, data exported.
STEP_UP_SECONDS = bounded("STEP_UP_SECONDS", default=15 * 60, least=60, most=4 * 3600)
ACCOUNT_REAUTHENTICATION_TIMEOUT = STEP_UP_SECONDS
# Whoever may see more than one case signs in with a second factor; days to add it from the first sign-in.
SECOND_FACTOR_REQUIRED = flag("SECOND_FACTOR_REQUIRED", default=True)
SECOND_FACTOR_GRACE_DAYS = bounded("SECOND_FACTOR_GRACE_DAYS", default=14, least=0, most=90)
# Grants on these are exceptions for one record: one of them alone asks for no second factor.
GRANTS_ON_ONE_RECORD = ("cases.Case",)
MFA_ADAPTER = "peph.accounts.factors.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
# Addresses are given by the programme: there is none to verify.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# A code of the step before or after is good too: clocks differ, and typing takes some people longer.
MFA_TOTP_TOLERANCE = 1
# Signing in by an identity provider, where there is one: OIDC_ISSUER and the like (docs/sign-in.md).
OIDC = oidc()
vars().update(OIDC)
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
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "peph.api.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
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
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
# The largest document a person may put in a file, in bytes.
DOCUMENT_MAX_BYTES = env.int("DOCUMENT_MAX_BYTES", default=10 << 20)
if not 1 << 10 <= DOCUMENT_MAX_BYTES <= 1 << 28:
    raise ImproperlyConfigured("DOCUMENT_MAX_BYTES must be from 1 kB to 256 MB.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
}
