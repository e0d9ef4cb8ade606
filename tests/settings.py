"""Settings of the test run: the real ones, with fixed keys, no HTTPS and a cheap password hasher."""

import os

os.environ |= {
    "SECRET_KEY": "test-only-" + "k" * 50,
    "FIELD_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "CHECKPOINT_KEY": "11" * 32,
    "HTTPS": "no",
    "STATIC_MANIFEST": "no",
    "EMAIL_URL": "memorymail://",
    "LOG_LEVEL": "WARNING",
    # The people of the tests sign in with nothing but their name; its own tests switch it on.
    "SECOND_FACTOR_REQUIRED": "no",
    # Tests ask faster than people; its own tests switch it on.
    "API_REQUESTS_PER_MINUTE": "0",
}

from peph.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.ledger"]  # noqa: F405
# Static files are looked for when asked: each client of a test would list them all.
WHITENOISE_AUTOREFRESH = True
