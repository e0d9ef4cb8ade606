"""Reading the environment and `.env`, strictly: what makes no sense stops the start-up."""

from pathlib import Path
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


# A provider on this machine, as the tests have one.
LOOPBACK = ("http://127.0.0.1:", "http://localhost:")


def issuer(name: str) -> str:
    """The address that names an identity provider: https, or a port of this machine; empty for none."""
    value = env.str(name, default="")
    if value and not value.startswith(("https://", *LOOPBACK)):
        raise ImproperlyConfigured(f"{name} must begin with https://.")
    return value


def form_origins(issuer: str, others: list[str]) -> list[str]:
    """Where a form may lead, besides to us: the provider's sign-in page, and others it says it is at."""
    if not issuer:
        return []
    parts = urlsplit(issuer)
    return [f"{parts.scheme}://{parts.netloc}", *others]


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
