"""A shelf with books."""

from django.db import models

from peph.audit.history import Tracked
from peph.records import Record


class Shelf(Record):
    name = models.CharField(max_length=20)

    history = Tracked()


class Book(Record):
    shelf = models.ForeignKey(Shelf, models.PROTECT)
    title = models.CharField(max_length=10)
    author = models.CharField(max_length=20, null=True)  # noqa: DJ001

    history = Tracked(personal=("author",))
