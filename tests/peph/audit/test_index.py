"""The index over the history: what it holds, who builds it, and that it can be built anew."""

import datetime as dt

import pytest
from django.core.management import call_command

from cases.models import Case
from cases.services.cases import update_case
from peph.audit import index, timeline
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet, IndexEntry, IndexState, IndexTerm

pytestmark = pytest.mark.django_db


def held():
    """Term → the numbers that stand under it."""
    texts = dict(IndexTerm.objects.values_list("id", "text"))
    found = {}
    for term, number in IndexEntry.objects.values_list("term_id", "number"):
        found.setdefault(texts[term], set()).add(number)
    return found


def recomputed():
    """The same by another way: set by set, through what the pages show."""
    found = {}
    for each in ChangeSet.objects.all():
        terms = set()
        rows = list(each.changed_rows.all())
        for row in rows:
            terms.add(f"kind:{row.model}")
        for record in timeline.changes_of(each, rows):
            if record.kind == "~":
                terms |= {f"field:{record.row.model}.{field.name}" for field in record.fields}
        for place in ("region", "organization"):
            keys = {getattr(row, f"{place}_id") for row in [each, *rows]} - {None}
            terms |= {f"{place}:{key.hex}" for key in keys}
            case = Case.objects.filter(pk=each.case_id).first()
            here = getattr(case, f"{place}_id", None)
            if here and here not in keys:
                terms.add(f"now:{here.hex}")
        for term in terms:
            found.setdefault(term, set()).add(each.number)
    return found


def test_it_holds_what_the_pages_show(cast, case):
    assert index.catch_up() == 0
    assert held() == recomputed()
    assert index.behind() == 0


def test_an_update_counts_for_the_fields_it_changed(cast, case):
    update_case(case, by=cast["coordinator"], referring_agency="Agence du Centre")
    index.catch_up()
    number = ChangeSet.objects.latest("number").number
    terms = {term for term, numbers in held().items() if number in numbers}
    region, organization = case.region_id.hex, case.organization_id.hex
    assert terms == {
        "kind:cases.case",
        "field:cases.case.referring_agency",
        f"region:{region}",
        f"organization:{organization}",
    }


def test_a_case_takes_its_life_along_when_it_moves(cast, case_elsewhere, world):
    index.catch_up()
    pk, here = case_elsewhere.pk, world.regions["06"]
    about = set(ChangeSet.objects.filter(case_id=pk).values_list("number", flat=True))
    for site in (world.site_03, world.saaq_03, None):
        with change(by=SYSTEM, verb="test", case=pk):
            Case.objects.filter(pk=pk).update(
                region=site.region if site else here,
                organization=site.organization if site else None,
                site=site,
            )
        index.catch_up()
        assert held() == recomputed()
        if site:
            assert about <= held()[f"now:{site.region_id.hex}"]
            assert about <= held()[f"now:{site.organization_id.hex}"]
    assert not any(term.startswith("now:") and about & found for term, found in held().items())


def test_batches_make_the_same_index(cast, case, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 3)
    seen = []
    assert index.catch_up(progress=lambda done, total: seen.append((done, total))) == 0
    assert seen[0][0] == 3
    assert seen[-1][0] == seen[-1][1]
    assert held() == recomputed()


def test_a_limit_leaves_the_rest(cast, case):
    total = ChangeSet.objects.count()
    assert index.catch_up(4) == total - 4
    assert IndexState.objects.get().number == 4
    assert index.behind() == total - 4
    assert index.catch_up() == 0


def test_many_records_make_a_batch_of_their_own(cast, case, monkeypatch):
    monkeypatch.setattr(index, "MOST_RECORDS", 1)
    assert index.catch_up() == 0
    assert held() == recomputed()


def test_it_is_built_anew_and_says_what_differed(cast, case, capsys):
    index.catch_up()
    call_command("index_history", "--rebuild")
    assert "Entries that differed: 0" in capsys.readouterr().out
    before = held()
    first = IndexEntry.objects.order_by("number", "term_id")[:3]
    doomed = [(entry.term_id, entry.number) for entry in first]
    for term, number in doomed[:2]:
        IndexEntry.objects.filter(term_id=term, number=number).delete()
    stray = IndexTerm.objects.create(text="kind:nothing")
    IndexEntry.objects.bulk_create([IndexEntry(term_id=stray.pk, number=1)])
    call_command("index_history", "--rebuild")
    assert "Entries that differed: 3" in capsys.readouterr().out
    assert held() == before


def test_killed_in_the_middle_it_goes_on_where_it_was(cast, case, monkeypatch):
    monkeypatch.setattr(index, "BATCH", 5)

    def die(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.catch_up(progress=die)
    assert IndexState.objects.get().number == 5
    assert index.catch_up() == 0
    assert held() == recomputed()


def test_nothing_is_written_to_the_history(cast, case):
    before = ChangeSet.objects.count(), ChangedRow.objects.count()
    index.catch_up()
    index.rebuild()
    assert (ChangeSet.objects.count(), ChangedRow.objects.count()) == before


def test_a_creation_counts_for_its_kind_only(cast, case):
    index.catch_up()
    opened = ChangeSet.objects.filter(verb="cases.case.open", case_id=case.pk).get().number
    fields = {term for term, numbers in held().items() if opened in numbers and "field:" in term}
    assert fields == set()
    assert dt.date(2026, 1, 12) == case.referred_on
