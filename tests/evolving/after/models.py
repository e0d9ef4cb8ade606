"""The books are volumes, with a longer heading instead of a title, and pages."""

from django.db import models

from peph.audit.history import Tracked
from peph.records import Record


class Shelf(Record):
    name = models.CharField(max_length=20)

    history = Tracked()


class Volume(Record):
    shelf = models.ForeignKey(Shelf, models.PROTECT)
    heading = models.CharField(max_length=100)
    writer = models.CharField(max_length=20, null=True)  # noqa: DJ001
    pages = models.IntegerField(default=1)
    notes = models.JSONField(null=True)

    history = Tracked(
        personal=("writer",),
        label="evolving.book",
        renamed={"heading": "title", "writer": "author"},
    )
