"""Tracked models of the tests. No domain word: what is shown here holds for any model."""

import uuid

from django.db import models

from peph.audit.history import Tracked
from peph.records import Record


class Account(Record):
    """Scope by its own key: its changes are found under the region it stands for."""

    code = models.CharField(max_length=20, unique=True)

    history = Tracked(scope={"region": "id"})

    class Meta:
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.code


class Entry(Record):
    """Every type of column, each of them also null, two personal ones, a hidden and an excluded one."""

    class Colour(models.TextChoices):
        RED = "red", "Red ink"
        BLACK = "black", "Black ink"

    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="entries")
    case_id = models.UUIDField(null=True)
    name = models.CharField("full name", max_length=80, null=True)
    remark = models.TextField(null=True)
    secret = models.TextField(null=True)
    colour = models.CharField(max_length=10, null=True, choices=Colour)
    is_open = models.BooleanField(null=True)
    count = models.IntegerField(default=0)
    big = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    token = models.UUIDField(null=True)
    blob = models.BinaryField(null=True)
    ratio = models.FloatField(null=True)
    data = models.JSONField(null=True)
    seen_at = models.DateTimeField(null=True)

    history = Tracked(personal=("name", "remark"), hidden=("secret",), excluded_fields=("seen_at",))

    class Meta:
        default_permissions = ("view", "change")

    def __str__(self) -> str:
        return self.name or "?"


class Tag(models.Model):
    """A key of another type, and a parent that children protect only at COMMIT."""

    slug = models.SlugField(primary_key=True)
    entries = models.ManyToManyField(Entry, through="Tagging", related_name="tags")

    history = Tracked()


class Tagging(models.Model):
    """The explicit table of a many-to-many."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    tag = models.ForeignKey(Tag, models.CASCADE)
    entry = models.ForeignKey(Entry, models.CASCADE)

    history = Tracked()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("tag", "entry"), name="tagging_once")]


class Scratchpad(models.Model):
    """Not tracked, for a written reason."""

    history_exempt = "Notes of the tests."

    text = models.CharField(max_length=20)
