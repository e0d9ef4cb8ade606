"""What a service raises when the domain says no. Pages and API each translate these once."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_lazy as _


class DomainError(Exception):
    """A refusal a person can read. `status_code` is the HTTP status, `code` the stable machine name."""

    status_code = 400
    code = "invalid"
    default_message = _("The request could not be carried out.")

    def __init__(self, message: object = None) -> None:
        self.message = message or self.default_message
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class Invalid(DomainError):
    """Input that cannot be accepted; `fields` names the field at fault where there is one."""

    default_message = _("Some of the information is missing or not valid.")

    def __init__(
        self, message: object = None, *, fields: Mapping[str, Sequence[object]] | None = None
    ) -> None:
        super().__init__(message)
        self.fields = {
            name: [str(m) for m in messages] for name, messages in (fields or {}).items()
        }

    def __str__(self) -> str:
        if not self.fields:
            return super().__str__()
        return " ".join(message for messages in self.fields.values() for message in messages)


class Forbidden(DomainError):
    """The object is visible to the person, the action is not theirs."""

    status_code = 403
    code = "forbidden"
    default_message = _("You do not have the right to do this.")
    # The record it was about and its case, for the access log; whoever raises it need not know.
    about: object = None
    case: object = None

    @classmethod
    def on(cls, record: object, case: object = None) -> "Forbidden":
        """The refusal to do something with this record."""
        error = cls()
        error.about, error.case = record, case
        return error


class Conflict(DomainError):
    """The person has the right, but not now: the state of things does not allow it."""

    status_code = 409
    code = "conflict"
    default_message = _("This is not possible in the present state.")


class Stale(DomainError):
    """Somebody else saved since the copy the person works from was read."""

    status_code = 412
    code = "stale"
    default_message = _(
        "Somebody else changed this record since you opened it. Nothing was saved: "
        "look at the present version, then enter your change again."
    )


class PreconditionRequired(DomainError):
    """An API write that does not say which version it was made from."""

    status_code = 428
    code = "precondition_required"
    default_message = _("Send the ETag of the version you read in the If-Match header.")
