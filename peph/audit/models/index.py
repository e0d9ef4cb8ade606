"""Which change sets touch what: an index beside the history, built after the fact. It proves nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class IndexTerm(models.Model):
    """Something change sets are looked for by: a kind of record, a field, a region, an organisation."""

    history_exempt = "It is derived from the history, and can be built anew at any time."

    id = models.BigAutoField(primary_key=True)
    text = models.CharField(_("term"), max_length=255, unique=True)

    class Meta:
        verbose_name = _("term of the index")
        verbose_name_plural = _("terms of the index")
        default_permissions = ()

    def __str__(self) -> str:
        return self.text


class IndexEntry(models.Model):
    """A term and the number of a change set it stands in; the primary key is what lists are read from."""

    history_exempt = "It is derived from the history, and can be built anew at any time."

    pk = models.CompositePrimaryKey("term_id", "number")
    # A plain number: terms are never removed, and a constraint costs as much as the entry.
    term_id = models.BigIntegerField(_("term"))
    number = models.BigIntegerField(_("number"))

    class Meta:
        verbose_name = _("entry of the index")
        verbose_name_plural = _("entries of the index")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.term_id} {self.number}"


class IndexState(models.Model):
    """How far the index goes: its one row is locked by whoever builds."""

    history_exempt = "It is derived from the history, and can be built anew at any time."

    id = models.SmallIntegerField(primary_key=True, default=1)
    number = models.BigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("state of the index")
        verbose_name_plural = _("states of the index")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.number)
