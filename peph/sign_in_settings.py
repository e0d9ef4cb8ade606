"""The settings of signing in: accounts, passwords, second factors, sessions, an identity provider."""

from peph.env import bounded, env, flag, oidc

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
