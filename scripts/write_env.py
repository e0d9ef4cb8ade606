"""Writes `.env`, the settings of this installation, once: fresh secrets, readable by its owner only.

Standard library only, so that it runs before anything is installed. An existing file is never touched.
"""

import base64
import os
import secrets
import sys
from pathlib import Path

TEXT = """\
# Settings of this installation, written once by `make`. Keep it secret, and keep a copy: without
# FIELD_ENCRYPTION_KEYS the encrypted fields of the database cannot be read again.
SECRET_KEY={secret_key}
FIELD_ENCRYPTION_KEYS={encryption_key}
CHECKPOINT_KEY={checkpoint_key}
# Plain HTTP on this machine. A service reached over a network sets both to yes.
HTTPS=no
STATIC_MANIFEST=no
ACCOUNT_DEFAULT_DOMAIN=exemple.qc.ca
"""


def write_env(path: Path) -> bool:
    """Write the file at `path` unless there is one; says whether it did."""
    text = TEXT.format(
        secret_key=secrets.token_urlsafe(50),
        # A Fernet key is 32 random bytes in URL-safe base64; a checkpoint key an Ed25519 seed in hex.
        encryption_key=base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        checkpoint_key=secrets.token_hex(32),
    )
    try:
        # Created closed to others from its first byte, and refused if somebody was quicker.
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="utf-8") as target:
        target.write(text)
    return True


if __name__ == "__main__":
    place = Path(sys.argv[1] if len(sys.argv) > 1 else ".env")
    print(f"Wrote {place}." if write_env(place) else f"{place} is there already: kept as it is.")
