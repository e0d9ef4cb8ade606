"""How often something may be asked in a minute, counted in the cache."""

import hashlib
import time

from django.core.cache import cache


def allows(name: str, key: str, *, most: int, seconds: int = 60) -> bool:
    """Count one more request of `key`; False from the one after `most` until the next window of time.

    Adding and counting are each one step of the cache, so requests at the same moment are all counted.
    """
    window = int(time.time() // seconds)
    # A digest: what is counted may be a secret address, and the cache is readable by others.
    digest = hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:32]
    counter = f"throttle:{name}:{window}:{digest}"
    if cache.add(counter, 1, timeout=2 * seconds):
        return True
    try:
        return cache.incr(counter) <= most
    except ValueError:
        # Thrown out between the two: the cache is full, and nobody is locked out for that.
        return True
