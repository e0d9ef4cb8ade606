"""Drawing, working through and signing samples: who may, from what, and what can no longer change."""

import pytest
import time_machine
from django.db import IntegrityError, transaction

from auditing.models import Finding, ItemAnswer, Sample, SampleItem, SampleQuestion
from auditing.policy import SAMPLE_POLICY
from auditing.services.answers import save_item
from auditing.services.findings import move_finding, update_finding
from auditing.services.mandates import Mandate, mandates_of
from auditing.services.samples import draw_sample, move_sample, receipts_of, redraw
from cases.models import Case
from cases.services.cases import update_case
from peph.audit.changes import SYSTEM, change
from peph.audit.models import ChangedRow, ChangeSet
from peph.errors import Conflict, Forbidden, Invalid, Stale
from tests.auditing.sampling import all_yes, drawn, noted, signed, worked_through

pytestmark = pytest.mark.django_db

# person → how many mandates, and what a sample under the mandate of region 03 is to them
MANDATES = {
    "lead": [],
    "coordinator": [],
    "coordinator_elsewhere": [],
    "representative": [],
    "supervisor": [],
    "committee": [],
    "auditor": ["program"],
    "auditor_region": ["03"],
    "auditor_elsewhere": ["06"],
    "auditor_host": ["MTMD"],
    "privacy": [],
    "outsider": [],
    "reader": [],
    "editor": [],
    "superuser": [],
}
# person → (view, edit) of a sample of region 03: open, then signed
READERS = {
    "lead": ("", "view"),
    "coordinator": ("", ""),
    "coordinator_elsewhere": ("", ""),
    "representative": ("", ""),
    "supervisor": ("", ""),
    "committee": ("", ""),
    "auditor": ("view edit", "view edit"),
    "auditor_region": ("view edit", "view edit"),
    "auditor_elsewhere": ("", ""),
    "auditor_host": ("", ""),
    "privacy": ("", "view"),
    "outsider": ("", ""),
    "reader": ("", ""),
    "editor": ("", ""),
    "superuser": ("", ""),
}


@pytest.fixture
def sample(cast, case, case_elsewhere):
    """Every case, drawn by the auditor of the programme."""
    return drawn(cast["auditor"])


@pytest.fixture
def regional(world):
    return Mandate(region=world.regions["03"])


def may(person, sample):
    row = Sample.objects.with_abilities(person).get(pk=sample.pk)
    return " ".join(action for action in ("view", "edit") if action in row.abilities)


# ------------------------------------------------------------------ who
@pytest.mark.parametrize("who", MANDATES)
def test_mandates_are_those_a_person_was_given(who, cast, world):
    codes = {"program": "program", "MTMD": str(world.mtmd.pk)}
    codes |= {code: str(region.pk) for code, region in world.regions.items()}
    assert [each.code for each in mandates_of(cast[who])] == [codes[name] for name in MANDATES[who]]


@pytest.mark.parametrize("who", sorted(MANDATES.keys() - {"auditor", "auditor_region"}))
def test_nobody_draws_under_a_mandate_they_do_not_hold(who, cast, regional, case):
    with pytest.raises(Forbidden):
        drawn(cast[who], mandate=regional)
    assert not Sample.objects.exists()


@pytest.mark.parametrize("who", READERS)
def test_a_sample_is_read_inside_its_mandate_and_by_the_programme_once_signed(
    who, cast, regional, case
):
    sample = drawn(cast["auditor_region"], mandate=regional)
    assert may(cast[who], sample) == READERS[who][0]
    signed(sample, cast["auditor_region"])
    assert may(cast[who], sample) == READERS[who][1]
    assert Sample.objects.visible_to(cast[who]).exists() == ("view" in READERS[who][1])


def test_the_menu_and_the_lists_of_the_others_hold_no_way_in(cast):
    assert not SAMPLE_POLICY.anywhere(cast["coordinator"], "view")


# ------------------------------------------------------------------ from what
def test_the_population_is_what_the_mandate_covers(cast, case, case_elsewhere, world, regional):
    everything = drawn(cast["auditor"])
    assert everything.population_size == 2
    here = drawn(cast["auditor_region"], mandate=regional)
    assert [item.subject_case for item in here.items.all()] == [case]
    host = drawn(cast["auditor_host"], mandate=Mandate(organization=world.mtmd))
    assert [item.subject_case for item in host.items.all()] == [case]


def test_two_people_draw_the_same_sample_from_the_same_seed(cast, case, case_elsewhere, regional):
    first = drawn(cast["auditor"], "change_sets", size=5)
    second = drawn(cast["auditor"], "change_sets", size=5)
    # The first sample is in the history now, and the second population is larger by its change set.
    assert second.population_size == first.population_size + 1
    assert redraw(first, ChangeSet.objects.all(), by=cast["lead"]).same_sample


@pytest.mark.parametrize("population", ["cases", "placements", "accommodations", "change_sets"])
def test_each_kind_of_record_can_be_drawn(population, cast, case, placement):
    if population == "accommodations":
        with pytest.raises(Invalid):
            drawn(cast["auditor"], population)
        return
    sample = drawn(cast["auditor"], population, size=1)
    assert sample.size == sample.items.count() == 1
    assert sample.asked.count() == {"cases": 8, "placements": 5, "change_sets": 2}[population]


def test_a_sample_keeps_all_that_is_needed_to_redo_it(sample, cast, case):
    assert sample.population_size == 2
    assert len(sample.population_digest) == 64
    assert sample.seed == "graine"
    assert sample.filter_text == "Aucun filtre"
    drawing = ChangeSet.objects.get(verb="auditing.sample.draw")
    assert drawing.number == sample.head_number + 1
    assert [each.pk for each in receipts_of(sample)] == [drawing.pk]


def test_a_filter_narrows_the_population_and_is_kept_in_words(cast, case, case_elsewhere):
    sample = drawn(cast["auditor"], query="status=in_placement&cursor=x&mine=true")
    assert [item.subject_case for item in sample.items.all()] == [case]
    assert sample.filter_query == "status=in_placement"
    assert sample.filter_text == "Statut\u00a0: En stage"


def test_a_label_kept_with_the_sample_names_nobody(cast, case, placement):
    for population in ("cases", "placements", "change_sets"):
        for item in drawn(cast["auditor"], population).items.all():
            assert "Tremblay" not in item.label


@pytest.mark.parametrize(
    ("asked", "fields"),
    [
        ({"size": 0}, {"size"}),
        ({"size": 501}, {"size"}),
        ({"seed": "deux mots"}, {"seed"}),
        ({"seed": "a:b"}, {"seed"}),
        ({"title": ""}, {"title"}),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(asked, fields, cast, case):
    with pytest.raises(Invalid) as refused:
        drawn(cast["auditor"], **asked)
    assert refused.value.fields.keys() == fields


def test_a_population_that_changed_since_it_was_shown_is_shown_again(cast, case, case_elsewhere):
    with pytest.raises(Conflict):
        drawn(cast["auditor"], expected=1)
    assert drawn(cast["auditor"], expected=2).size == 2


def test_a_seed_is_made_where_none_was_given(cast, case):
    seeds = {drawn(cast["auditor"], seed="").seed for _ in range(2)}
    assert len(seeds) == 2


# ------------------------------------------------------------------ again
def test_drawing_again_says_the_same_and_ignores_what_came_later(sample, cast, case, regional):
    rows = Case.objects.all()
    again = redraw(sample, rows, by=cast["auditor"])
    assert (again.same_population, again.same_sample, again.grown_by) == (True, True, 0)


def test_drawing_again_says_how_far_the_population_has_changed(cast, case, case_elsewhere):
    sample = drawn(cast["auditor"], query="status=in_placement")
    again = redraw(sample, Case.objects.filter(status="closed"), by=cast["auditor"])
    assert (again.same_population, again.grown_by, again.drawn_again) == (False, -1, 0)


def test_changes_made_after_the_drawing_are_not_in_its_population(cast, case):
    sample = drawn(cast["auditor"], "change_sets", size=3)
    update_case(case, by=cast["coordinator"], referring_agency="Autre")
    again = redraw(sample, ChangeSet.objects.all(), by=cast["auditor"])
    assert again.same_population
    assert again.same_sample


# ------------------------------------------------------------------ working through
def test_answers_are_kept_one_by_one_and_a_record_is_done_with_all_of_them(sample, cast):
    item = sample.items.first()
    some = dict(list(all_yes(sample).items())[:3])
    item = save_item(item, by=cast["auditor"], answers=some, done=False)
    assert (item.answers.count(), item.is_done) == (3, False)
    with pytest.raises(Invalid) as refused:
        save_item(item, by=cast["auditor"], answers=some, done=True)
    assert "answers.closing-reason.value" in refused.value.fields
    item = save_item(item, by=cast["auditor"], answers=all_yes(sample), done=True)
    assert item.done_by == cast["auditor"]


def test_a_no_says_why(sample, cast):
    item = sample.items.first()
    with pytest.raises(Invalid) as refused:
        save_item(item, by=cast["auditor"], answers={"health-readers": {"value": "no"}}, done=False)
    assert refused.value.fields.keys() == {"answers.health-readers.comment"}
    with change(by=SYSTEM, verb="test"):
        answer = ItemAnswer(item=item, question=sample.asked.first().question, value="no")
        with pytest.raises(IntegrityError), transaction.atomic():
            answer.save()


def test_saving_what_is_there_already_leaves_no_change(sample, cast):
    item = sample.items.first()
    answers = {"health-readers": {"value": "yes"}}
    item = save_item(item, by=cast["auditor"], answers=answers, done=False)
    before = ChangeSet.objects.count()
    save_item(item, by=cast["auditor"], answers=answers, done=False)
    assert ChangeSet.objects.count() == before


def test_two_auditors_do_not_overwrite_each_other(sample, cast):
    item = sample.items.first()
    save_item(
        item,
        by=cast["auditor"],
        version=1,
        answers={"health-readers": {"value": "yes"}},
        done=False,
    )
    with pytest.raises(Stale):
        save_item(item, by=cast["auditor"], version=1, answers={}, done=False)


def test_a_question_that_is_not_asked_is_refused(sample, cast):
    with pytest.raises(Invalid):
        save_item(
            sample.items.first(),
            by=cast["auditor"],
            answers={"agreement-before-start": {"value": "yes"}},
            done=False,
        )


# ------------------------------------------------------------------ signing
def test_nothing_is_signed_before_every_record_is_done(sample, cast):
    with pytest.raises(Conflict):
        move_sample(sample, "sign", by=cast["auditor"], conclusion="x", confirmation=sample.number)


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"conclusion": "", "confirmation": "{number}"}, "conclusion"),
        ({"conclusion": "Bien", "confirmation": ""}, "confirmation"),
        ({"conclusion": "Bien", "confirmation": "E-2026-00000-0"}, "confirmation"),
    ],
)
def test_signing_asks_for_a_conclusion_and_the_number_typed_again(inputs, field, sample, cast):
    worked_through(sample, cast["auditor"])
    given = {name: value.format(number=sample.number) for name, value in inputs.items()}
    with pytest.raises(Invalid) as refused:
        move_sample(sample, "sign", by=cast["auditor"], **given)
    assert refused.value.fields.keys() == {field}


def test_a_signature_is_one_change_in_the_chain_with_its_receipt(sample, cast):
    sample = signed(sample, cast["auditor"])
    receipts = receipts_of(sample)
    assert [each.verb for each in receipts] == ["auditing.sample.draw", "auditing.sample.sign"]
    assert receipts[1].rows == 1
    assert receipts[1].actor_id == cast["auditor"].pk


def test_somebody_else_of_the_same_mandate_may_sign(cast, case, regional):
    sample = worked_through(drawn(cast["auditor_region"], mandate=regional), cast["auditor_region"])
    sample = move_sample(
        sample,
        "sign",
        by=cast["auditor"],
        conclusion="Bien",
        confirmation=f" {sample.number.lower()} ",
    )
    assert (sample.drawn_by, sample.signed_by) == (cast["auditor_region"], cast["auditor"])


def test_after_signing_nothing_changes_by_any_service(sample, cast, case):
    finding = noted(sample, cast["auditor"], case)
    sample = signed(sample, cast["auditor"])
    item, by = sample.items.first(), cast["auditor"]
    before = ChangeSet.objects.count()
    for attempt in (
        lambda: save_item(item, by=by, answers={}, done=False),
        lambda: noted(sample, by, case),
        lambda: update_finding(finding, by=by, text="Autre chose"),
        lambda: move_finding(finding, "withdraw", by=by, reason="Erreur"),
        lambda: move_sample(sample, "sign", by=by, conclusion="x", confirmation=sample.number),
        lambda: move_sample(sample, "abandon", by=by, reason="x"),
    ):
        with pytest.raises(Conflict):
            attempt()
    assert ChangeSet.objects.count() == before


def test_after_signing_the_models_themselves_refuse(sample, cast, case):
    finding = noted(sample, cast["auditor"], case)
    sample = signed(sample, cast["auditor"])

    def rewrite(row, **values):
        for name, value in values.items():
            setattr(row, name, value)
        with change(by=SYSTEM, verb="test"):
            row.save()

    for attempt in (
        lambda: rewrite(Sample.objects.get(), conclusion="Autre"),
        lambda: rewrite(SampleItem.objects.first(), label="Autre"),
        lambda: rewrite(ItemAnswer.objects.first(), value="not_applicable"),
        lambda: rewrite(SampleQuestion.objects.first(), position=99),
        lambda: rewrite(Finding.objects.get(), severity="minor"),
        lambda: ItemAnswer.objects.first().delete(),
        lambda: SampleItem.objects.first().delete(),
        lambda: Finding.objects.get().delete(),
    ):
        with pytest.raises(Conflict):
            attempt()
    # What remains: the programme answers.
    assert (
        move_finding(finding, "answer", by=cast["coordinator"], answer="Corrigé").answer
        == "Corrigé"
    )


def test_a_sample_is_abandoned_with_a_reason_and_stays_on_the_list(sample, cast):
    with pytest.raises(Invalid):
        move_sample(sample, "abandon", by=cast["auditor"])
    sample = move_sample(sample, "abandon", by=cast["auditor"], reason="Mauvais filtre")
    assert sample.abandon_reason == "Mauvais filtre"
    assert Sample.objects.visible_to(cast["auditor"]).count() == 1


# ------------------------------------------------------------------ the history
def test_the_audited_do_not_read_an_open_sample_in_the_history(sample, cast, case):
    save_item(
        sample.items.get(subject_case=case), by=cast["auditor"], answers=all_yes(sample), done=True
    )
    rows = ChangedRow.objects.filter(model__startswith="auditing.sample")
    assert rows.count() > 4
    assert not rows.exclude(case_id=None, region_id=None, organization_id=None).exists()
    written = ChangeSet.objects.filter(verb__startswith="auditing.")
    assert not written.exclude(case_id=None, region_id=None, organization_id=None).exists()


def test_an_auditor_writes_in_no_case(sample, cast, case):
    before = Case.objects.get(pk=case.pk).version
    noted(sample, cast["auditor"], case)
    signed(sample, cast["auditor"])
    models = set(
        ChangedRow.objects.filter(change_set__actor_id=cast["auditor"].pk).values_list(
            "model", flat=True
        )
    )
    assert {model.split(".")[0] for model in models} == {"auditing"}
    assert Case.objects.get(pk=case.pk).version == before


def test_the_number_of_a_sample_says_its_year_and_not_how_many_there_are(cast, case):
    # Later than the cast, whenever the tests run: nothing younger than the drawing is drawn from.
    with time_machine.travel("2090-11-25T12:00:00-05:00", tick=False):
        numbers = {drawn(cast["auditor"]).number for _ in range(3)}
    assert len(numbers) == 3
    assert all(number.startswith("E-2090-") for number in numbers)


def test_draw_sample_checks_the_mandate_of_rows_it_is_given(cast, case, case_elsewhere, regional):
    # Whatever rows a caller passes, the mandate narrows them.
    sample = draw_sample(
        Case.objects.all(),
        by=cast["auditor_region"],
        mandate=regional,
        population="cases",
        title="Essai",
        size=10,
    )
    assert [item.subject_case for item in sample.items.all()] == [case]
