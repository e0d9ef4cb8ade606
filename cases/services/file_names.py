"""A file name that harms nobody: no path, no invisible characters, an extension that tells the truth."""

import unicodedata

LONGEST = 120
# Refused or read as something else by one system or another.
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"|?*;', "_"))
# Control, format (among them those that turn the reading direction), half characters, private use.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Names of devices on some systems, whatever the extension.
_DEVICES = frozenset(
    {"con", "prn", "aux", "nul"}
    | {f"{name}{number}" for name in ("com", "lpt") for number in range(1, 10)}
)
NAMELESS = "document"


def neutral_name(name: str, extension: str) -> str:
    """`name` without path, odd characters or its own extension, followed by the true one."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(char for char in last if unicodedata.category(char) not in _UNSEEN)
    stem = " ".join(seen.translate(_FORBIDDEN).split()).strip(". ")
    head, dot, tail = stem.rpartition(".")
    # “v1.2” has no extension.
    if dot and 0 < len(tail) <= 4 and tail.isalnum() and not tail.isdigit():
        stem = head.rstrip(". ")
    if stem.lower() in _DEVICES:
        stem = f"_{stem}"
    return (stem or NAMELESS)[: LONGEST - len(extension)].rstrip(". ") + extension
