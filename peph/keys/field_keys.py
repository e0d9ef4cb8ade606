"""Changing the key of encrypted fields: the data keys are encrypted with the new one beside the old.

FIELD_ENCRYPTION_KEYS=old            each data key opens with old
FIELD_ENCRYPTION_KEYS=new,old        with either of them; a new data key encrypts from now on
FIELD_ENCRYPTION_KEYS=new            with new only: old opens nothing of the database any more
"""

from cryptography.fernet import Fernet
from django.conf import settings

from peph import crypto
from peph.keys import again, data_keys
from peph.keys.steps import (
    RESTART,
    Refused,
    Step,
    check_nothing_was_restarted,
    publish,
    record,
)
from peph.progress import Progress

KIND = "FIELD_ENCRYPTION_KEYS"


def rotate(*, restarted: bool = False, progress: Progress = lambda done, total: None) -> Step:
    """One step. `restarted`: every process runs with the present settings.

    Raises Refused for settings or data keys that no step leads to; nothing is changed then.
    """
    keys = settings.FIELD_ENCRYPTION_KEYS
    if len(keys) > 2 or len(set(keys)) < len(keys):
        raise Refused("FIELD_ENCRYPTION_KEYS holds more than two keys, or one twice.")
    try:
        if len(keys) == 2:
            return _finish(keys, progress) if restarted else _join(keys)
        if data_keys.others_open(keys[0]):
            return _retire(keys[0])
        check_nothing_was_restarted(restarted)
        return _prepare(keys[0])
    except data_keys.CannotOpen as error:
        raise Refused(f"{error} Nothing was changed.") from error


def _prepare(old: str) -> Step:
    step, new = Step(), Fernet.generate_key().decode()
    publish(step, {KIND: f"{new},{old}"}, beside=KIND, value=old)
    record(KIND, "prepared", new)
    if step.to_set:
        return step.say("Step 1 of 3: a new key is made.").say("Set it, then run this again.")
    return _join([new, old], step)


def _join(keys: list[str], step: Step | None = None) -> Step:
    """Both keys open every data key, and a data key made for the new one encrypts."""
    step = step or Step()
    data_keys.wrap_all(keys)
    if not data_keys.is_made_for(keys[0]):
        data_keys.add(keys)
        record(KIND, "joined", keys[0])
    step.say("Step 1 of 3: both keys open everything; new values are written with a new data key.")
    return step.say(RESTART)


def _finish(keys: list[str], progress: Progress) -> Step:
    step = _join(keys)
    step.said = [f"Values without a history written again: {again.write_again(progress)}."]
    if left := again.remaining():
        return step.say(f"{left} were written meanwhile with the old data key. {RESTART}")
    publish(step, {KIND: keys[0]}, beside=KIND, value=",".join(keys))
    if step.to_set:
        return step.say("Step 2 of 3: the new key is enough.").say("Set it, then run this again.")
    return _retire(keys[0], step)


def _retire(key: str, step: Step | None = None) -> Step:
    """The old key opens nothing any more. Processes that still have both go on with the new one."""
    step = step or Step()
    data_keys.unwrap_others(key)
    crypto.forget()
    record(KIND, "retired", key)
    step.is_over = True
    step.say("Step 3 of 3: the old key opens nothing of this database any more.")
    return step.say("Keep it as long as a backup from before this day is kept, with that backup.")
