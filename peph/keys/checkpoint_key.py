"""Changing the key that signs checkpoints: known everywhere first, then announced in the chain.

CHECKPOINT_KEY=old                   CHECKPOINT_NEXT_KEY=new         old signs
(the chain says: new from here on)                                   new signs, in every process at once
CHECKPOINT_KEY=new                                                   old may be destroyed
"""

import secrets

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from peph.audit import key_changes
from peph.audit.models import CheckpointKeyChange
from peph.keys.steps import RESTART, Refused, Step, check_nothing_was_restarted, publish, record

KIND = "CHECKPOINT_KEY"


def rotate(*, restarted: bool = False) -> Step:
    """One step. `restarted`: every process runs with the present settings.

    Raises Refused for settings that no step leads to.
    """
    if not settings.CHECKPOINT_KEY:
        raise Refused("CHECKPOINT_KEY is empty here: change the key where the notes are signed.")
    old, new = settings.CHECKPOINT_KEY, settings.CHECKPOINT_NEXT_KEY
    if not new:
        check_nothing_was_restarted(restarted)
        return _prepare()
    if _public(new) == _public(old):
        raise Refused("CHECKPOINT_NEXT_KEY is the present key.")
    return _announce(old, new) if restarted else Step().say("Step 1 of 2 was made.").say(RESTART)


def _prepare() -> Step:
    step, new = Step(), secrets.token_hex(32)
    publish(step, {"CHECKPOINT_NEXT_KEY": new}, beside=KIND, value=settings.CHECKPOINT_KEY)
    record(KIND, "prepared", new)
    return step.say("Step 1 of 2: the next key is made; it signs nothing yet.").say(RESTART)


def _announce(old: str, new: str) -> Step:
    step = Step()
    row = CheckpointKeyChange.objects.filter(new_key=_public(new)).first()
    # There already: the run before this one was cut off before it could write the settings.
    if row is None:
        row = key_changes.announce(_private(old), _private(new))
        record(KIND, "announced", new)
    values = {KIND: new, "CHECKPOINT_NEXT_KEY": ""}
    publish(step, values, beside=KIND, value=old)
    step.is_over = True
    step.say(f"Step 2 of 2: from change set {row.number + 1} on, the new key signs.")
    step.say(f"new public key: {row.new_key}")
    step.say("Start every process again once more; then the old key can be destroyed.")
    return step.say("Whoever holds the old public key finds the new one in the next export.")


def _private(seed: str) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))
    except ValueError as error:
        raise Refused("A checkpoint key is not 64 hexadecimal digits.") from error


def _public(seed: str) -> str:
    return _private(seed).public_key().public_bytes_raw().hex()
