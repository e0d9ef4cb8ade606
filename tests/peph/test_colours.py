"""The colours of the style sheet stand out enough, in light and in dark (WCAG 2.2, 1.4.3 and 1.4.11)."""

import re

import pytest

from tests import BASE_DIR

CSS = (BASE_DIR / "peph" / "static" / "peph" / "peph.css").read_text()


def colours(block):
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", block))


LIGHT, DARK = (colours(block) for block in re.findall(r":root \{(.*?)\n\s*\}", CSS, re.DOTALL)[:2])


def contrast(one, other):
    def light(colour):
        parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
        red, green, blue = (
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [  # WCAG 1.4.3
    *[
        (ink, page)
        for ink in ("ink", "ink-soft", "link", "link-hover")
        for page in ("page", "surface")
    ],
    ("visited", "page"),
    ("error-ink", "page"),
    ("on-primary", "primary"),
    ("on-primary", "primary-hover"),
    ("on-danger", "danger"),
    ("on-danger", "danger-hover"),
    ("on-header", "header"),
    *[(f"{tone}-ink", f"{tone}-page") for tone in ("info", "success", "warning", "error")],
]
EDGES = [  # WCAG 1.4.11
    *[
        (edge, page)
        for edge in ("line", "focus", "primary", "danger")
        for page in ("page", "surface")
    ],
    ("focus-on-header", "header"),
]


@pytest.mark.parametrize("scheme", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_edges_stand_out(scheme):
    assert len(scheme) > 20
    weak = [pair for pair in TEXT if contrast(*(scheme[name] for name in pair)) < 4.5]
    weak += [pair for pair in EDGES if contrast(*(scheme[name] for name in pair)) < 3]
    assert weak == []
