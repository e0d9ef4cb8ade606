"""Documents to keep and to print: PDF/UA-1, tagged, from a typst template and plain data.

The data reach the template as JSON: what somebody wrote is a text in it, never markup. No font of the
machine and no package is used: the same data give the same pages everywhere.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import typst


def compile_document(
    template: Path, data: Mapping[str, Any], *, title: str, language: str
) -> bytes:
    """The PDF. The template finds `data`, `title` and `language` in `sys.inputs`, as JSON and texts."""
    return bytes(
        typst.compile(
            template,
            root=template.parent,
            format="pdf",
            ignore_system_fonts=True,
            pdf_standards="ua-1",
            sys_inputs={
                "data": json.dumps(data, ensure_ascii=False),
                "title": title,
                "language": language[:2],
            },
        )
    )
