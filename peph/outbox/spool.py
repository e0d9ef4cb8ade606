"""A mail transport that keeps each message as one file, named by its Message-ID and never written twice.

For a mail system that picks its messages up from a folder, and for whoever has to count them: a message
handed over again after a crash is recognised and taken once.
"""

import os
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Writes to `EMAIL_FILE_PATH`, one file a message."""

    def __init__(self, *args: Any, file_path: str | Path | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = file_path or getattr(settings, "EMAIL_FILE_PATH", None)
        if not place:
            raise ImproperlyConfigured("EMAIL_URL=filemail:// needs the path of a folder.")
        self.folder = Path(place)

    def open(self) -> bool:
        """Make the folder, readable to this account only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return False

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.open()
        for each in email_messages:
            self._keep(each)
        return len(email_messages)

    def _keep(self, email: EmailMessage) -> None:
        content = email.message()
        name = re.sub(r"[^\w.@-]", "", content["Message-ID"])
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", suffix=".part") as part:
            part.write(content.as_bytes())
            part.flush()
            os.fsync(part.fileno())
            # The name appears with the whole content behind it, and only if nobody has it yet.
            try:
                os.link(part.name, self.folder / f"{name}.eml")
            except FileExistsError:
                return
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
