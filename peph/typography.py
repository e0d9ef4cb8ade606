"""French typography of the interface: what a translated message breaks. No message is corrected here."""

import re
from collections.abc import Iterator

NO_BREAK_SPACES = "\u00a0\u202f"
# Québec usage (Office québécois de la langue française): these signs stand apart from the word before them,
# and a plain space would let the line end between the two; ; ! and ? touch it.
SET_OFF = ":»%$"
TOUCHING = ";!?"
# Nothing to set off from: the sign opens the text or a parenthesis, or continues another sign.
OPENING = "([“" + "?!"

# What is not French prose, replaced by what a reader sees in its place.
PROSE = (
    (re.compile(r"\b[a-z]+://\S+"), "x"),
    (re.compile(r"<[^<>]+>"), ""),
    (re.compile(r"&nbsp;|&#160;|&#xA0;", re.IGNORECASE), "\u00a0"),
    (re.compile(r"&#?\w+;"), "x"),
    (re.compile(r"%\(\w+\)[#0\- +]*\d*(?:\.\d+)?[a-zA-Z]"), "x"),
    (re.compile(r"(?<!%)%[sd]\b"), "x"),
    (re.compile(r"\{[\w.!:]*\}"), "x"),
    (re.compile(r"%%"), "%"),
)
SIGN = re.compile(f"[{re.escape(SET_OFF)}]")


def typography_problems(text: str) -> list[str]:
    """What French typography asks of `text` and it does not do; placeholders and tags do not count."""
    for pattern, seen in PROSE:
        text = pattern.sub(seen, text)
    return [
        *_spaces_before(text),
        *_no_space_before(text),
        *_spaces_after(text),
        *_apostrophes(text),
    ]


def _spaces_before(text: str) -> Iterator[str]:
    for match in SIGN.finditer(text):
        at, sign = match.start(), match.group()
        before, after = text[:at], text[at + 1 :]
        if not before or before[-1] in NO_BREAK_SPACES + OPENING:
            continue
        if sign == ":" and before[-1].isdigit() and after[:1].isdigit():
            continue  # the time 13:40
        yield f"a no-break space is missing before “{sign}” in “{_around(text, at)}”"


def _no_space_before(text: str) -> Iterator[str]:
    for match in re.finditer(f"\\s([{TOUCHING}])", text):
        yield f"no space stands before “{match[1]}” in “{_around(text, match.start())}”"


def _spaces_after(text: str) -> Iterator[str]:
    for match in re.finditer("«", text):
        if text[match.end() : match.end() + 1] not in tuple(NO_BREAK_SPACES):
            yield f"a no-break space is missing after “«” in “{_around(text, match.start())}”"


def _apostrophes(text: str) -> Iterator[str]:
    for match in re.finditer("'", text):
        yield f"the apostrophe is straight, not “’”, in “{_around(text, match.start())}”"


def _around(text: str, at: int) -> str:
    return text[max(0, at - 12) : at + 13].strip()
