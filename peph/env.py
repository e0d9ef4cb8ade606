"""Reading the environment and `.env`, strictly: what makes no sense stops the start-up."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
# What the environment says itself comes first.
ENV_FILE = Path(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))
env.read_env(ENV_FILE)


def flag(name: str, default: bool) -> bool:
    """A yes/no setting; any other word stops the start-up instead of meaning "no"."""
    word = env.str(name, default="yes" if default else "no").strip().lower()
    if word not in {"yes", "no", "true", "false", "1", "0", "on", "off"}:
        raise ImproperlyConfigured(f"{name} is {word!r}: write yes or no.")
    return word in {"yes", "true", "1", "on"}


def bounded(name: str, *, default: int, least: int, most: int) -> int:
    """A whole number; one outside its bounds stops the start-up instead of switching a protection off."""
    value = env.int(name, default=default)
    if not least <= value <= most:
        raise ImproperlyConfigured(f"{name} is {value}: it must be from {least} to {most}.")
    return value


def secret(name: str, *, length: int, optional: bool = False) -> str:
    """A secret that must be given, unless it is optional, and long enough."""
    value = env.str(name, default="")
    if len(value) < length and (value or not optional):
        raise ImproperlyConfigured(
            f"{name} needs at least {length} characters. `make .env` writes a fresh one."
        )
    return value


def encryption_keys() -> list[str]:
    """Fernet keys that open the data keys of the encrypted fields, the newest first."""
    keys = env.list("FIELD_ENCRYPTION_KEYS", default=[])
    if not keys:
        raise ImproperlyConfigured(
            "FIELD_ENCRYPTION_KEYS is empty. `make .env` writes a fresh one."
        )
    for key in keys:
        try:
            Fernet(key)
        except ValueError as error:
            raise ImproperlyConfigured(f"FIELD_ENCRYPTION_KEYS: {error}") from error
    return keys


# On this machine only may an identity provider be asked without TLS, as the tests do.
LOOPBACK = ("http://127.0.0.1:", "http://localhost:")


def oidc() -> dict[str, Any]:
    """The settings of an identity provider (OpenID Connect); an empty OIDC_ISSUER means there is none."""
    issuer = env.str("OIDC_ISSUER", default="")
    if issuer and not issuer.startswith(("https://", *LOOPBACK)):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://.")
    found: dict[str, Any] = {
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": env.str("OIDC_CLIENT_ID", default=""),
        "OIDC_CLIENT_SECRET": env.str("OIDC_CLIENT_SECRET", default=""),
        "OIDC_NAME": env.str("OIDC_NAME", default="OpenID Connect"),
        "OIDC_SCOPE": env.str("OIDC_SCOPE", default="openid"),
        # What it says (`acr`, `amr`) when it saw a second factor; empty: ours is asked for all the same.
        "OIDC_FACTOR_ACR": env.list("OIDC_FACTOR_ACR", default=[]),
        "OIDC_FACTOR_AMR": env.list("OIDC_FACTOR_AMR", default=[]),
        # Signing out here ends the session there too, as one wants on a machine of several people.
        "OIDC_SIGN_OUT": flag("OIDC_SIGN_OUT", default=True),
        "OIDC_PLAIN_HTTP": LOOPBACK,
        # Where a form of ours may lead: the provider's sign-in page, and where else it says it is.
        "OIDC_ORIGINS": env.list("OIDC_ORIGINS", default=[]),
    }
    if issuer:
        parts = urlsplit(issuer)
        found["OIDC_ORIGINS"] = [f"{parts.scheme}://{parts.netloc}", *found["OIDC_ORIGINS"]]
        if not (found["OIDC_CLIENT_ID"] and found["OIDC_CLIENT_SECRET"]):
            raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
    return found


def database() -> dict:
    """SQLite unless DATABASE_URL names a PostgreSQL; no third engine keeps the history's promises."""
    config = env.db("DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'peph.sqlite3'}")
    options = config.setdefault("OPTIONS", {})
    if config["ENGINE"].endswith("sqlite3"):
        options |= {
            # IMMEDIATE: a reader that turns writer mid-transaction would fail with "database is locked".
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
                # INSERT OR REPLACE deletes without firing delete triggers unless this is on.
                "PRAGMA recursive_triggers=ON; PRAGMA secure_delete=ON; PRAGMA mmap_size=268435456;"
            ),
        }
    elif config["ENGINE"].endswith("postgresql"):
        config |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600), "CONN_HEALTH_CHECKS": True}
        options["options"] = (
            f"-c statement_timeout={env.int('STATEMENT_TIMEOUT_MS', default=30_000)} "
            f"-c lock_timeout={env.int('LOCK_TIMEOUT_MS', default=5_000)} "
            "-c idle_in_transaction_session_timeout=60000"
        )
    else:
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://.")
    return config
