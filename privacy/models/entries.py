"""What every entry of a register has: a number, who noted it, when, and who may read and keep it."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from peph.access import Policy
from peph.errors import Conflict
from peph.records import Record
from peph.workflow import Transition, Workflow
from privacy.policy import Action


class EntryQuerySet(models.QuerySet):
    """Entries of one register."""

    model: Any

    def visible_to(self, user: Any) -> "EntryQuerySet":
        return self.filter(self.model.policy.q(user, Action.VIEW))

    def with_abilities(self, user: Any) -> "EntryQuerySet":
        """Load each entry knowing what `user` may do with it."""
        return self.annotate(**self.model.policy.flags(user))

    def with_people(self) -> "EntryQuerySet":
        """Everything a row of a list shows, in one query."""
        return self.select_related(*self.model.shown_with)


class Entry(Record):
    """Base of an entry. Corrected with a reason, never deleted before its time."""

    policy: ClassVar[Policy]
    workflow: ClassVar[Workflow | None] = None
    prefix: ClassVar[str]
    state: Any
    shown_with: ClassVar[tuple[str, ...]] = ("noted_by",)
    # Dates of facts: today or before.
    past: ClassVar[tuple[str, ...]] = ()

    number = models.CharField(_("number"), max_length=16, unique=True, editable=False)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("noted by"),
    )
    created_at = models.DateTimeField(_("noted"), default=timezone.now, editable=False)
    updated_at = models.DateTimeField(_("last activity"), default=timezone.now, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ("-updated_at", "-id")

    def __str__(self) -> str:
        return self.number

    def clean(self) -> None:
        today = timezone.localdate()
        late = {
            name: _("This date is in the future.")
            for name in self.past
            if (day := getattr(self, name)) and day > today
        }
        if late:
            raise ValidationError(late)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.updated_at = timezone.now()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Refused: a register keeps what was entered; a mistake is corrected."""
        raise Conflict

    @property
    def abilities(self) -> frozenset[str]:
        """Actions of the person this entry was loaded for; needs `with_abilities`."""
        return frozenset(name for name in self.policy.rules if getattr(self, f"can_{name}", False))

    def obstacle(self, name: str) -> Any:
        """What keeps anybody from a move that the state allows; nothing when nothing does."""
        return None

    @property
    def available_transitions(self) -> list[Transition]:
        """Rows of the table open now to the person this entry was loaded for; none without a table."""
        if self.workflow is None:
            return []
        steps = self.workflow.open_from(self.state, self.abilities)
        return [step for step in steps if not self.obstacle(step.name)]


def next_number(model: type[Entry]) -> str:
    """The number of the next entry: register, year, place in the year. Called inside a change."""
    start = f"{model.prefix}-{timezone.localdate().year}-"
    last = model._default_manager.filter(number__startswith=start).aggregate(
        last=models.Max("number")
    )["last"]
    return f"{start}{int(last.rpartition('-')[2]) + 1 if last else 1:05d}"
