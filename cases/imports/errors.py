"""What makes a whole file unusable, as opposed to a problem in one of its rows."""

from django.utils.translation import gettext_lazy as _

from peph.errors import DomainError


class UnreadableFile(DomainError):
    """The file cannot be read as a spreadsheet of participants; the message says what to do."""

    code = "unreadable_file"
    default_message = _("This file cannot be read as a spreadsheet.")
