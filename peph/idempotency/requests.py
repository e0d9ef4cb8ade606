"""What a request says, as plain data: two that say the same are the same."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile


def plain(data: Any) -> Any:
    """A body as plain data; a file stands as its name and its digest."""
    if isinstance(data, UploadedFile):
        digest = hashlib.sha256()
        for chunk in data.chunks():
            digest.update(chunk)
        data.seek(0)
        return [data.name, digest.hexdigest()]
    if hasattr(data, "lists"):
        return {name: [plain(each) for each in values] for name, values in data.lists()}
    if isinstance(data, Mapping):
        return {name: plain(value) for name, value in data.items()}
    return data
