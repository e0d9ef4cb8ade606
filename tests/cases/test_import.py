"""The import end to end: the two sample files, all or nothing, never twice, and who may."""

import csv
import io
import json

import pytest
from django.core.management import CommandError, call_command

from cases.imports.importing import check, run
from cases.models import Case, FollowUp, Note, Participant, Placement
from organizations.models import HostSite
from peph.audit.models import ChangedRow, ChangeSet
from tests import BASE_DIR

pytestmark = pytest.mark.django_db
SAMPLES = BASE_DIR / "tests" / "data"
EXPECTED = json.loads((SAMPLES / "participants-2026.expected.json").read_text(encoding="utf-8"))
CLEAN = BASE_DIR / "cases" / "demo" / "participants-2026.csv"
CLEAN_XLSX = BASE_DIR / "cases" / "demo" / "participants-2026.xlsx"
ROW = {
    "No dossier": "R03-900",
    "Nom": "Lavallée",
    "Prénom": "Noé",
    "Date de naissance": "1991-05-06",
    "Courriel": "noe@exemple.qc.ca",
    "Région": "Capitale-Nationale",
    "Date de référence": "2026-02-03",
    "Statut": "Admissible",
}


def sheet(*rows: dict[str, str]) -> io.BytesIO:
    """A CSV of rows that differ from ROW by what is given."""
    full = [ROW | row for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, sorted({name for row in full for name in row}))
    writer.writeheader()
    writer.writerows(full)
    return io.BytesIO(text.getvalue().encode())


def counts() -> dict[str, int]:
    models = (Participant, Case, Placement, FollowUp, Note, HostSite, ChangeSet, ChangedRow)
    return {model.__name__: model._default_manager.count() for model in models}


@pytest.mark.parametrize("name", ["participants-2026.csv", "participants-2026.xlsx"])
def test_a_sample_file_has_exactly_the_problems_expected_and_writes_nothing(name, cast):
    before = counts()
    report = run(str(SAMPLES / name), by=cast["lead"])

    found: dict[str, list[str]] = {}
    for problem in report.errors:
        found.setdefault(str(problem.row), []).append(problem.column)
    assert found == {
        row: [each["column"] for each in problems]
        for row, problems in EXPECTED["rows_with_errors"].items()
    }
    assert (report.rows, report.imported, report.change_set) == (241, 0, None)
    assert [(each.row, each.of_row) for each in report.duplicates] == [(242, 2)]
    assert counts() == before


def test_without_the_bad_rows_everything_is_imported_in_one_change_set_and_only_once(cast):
    before = counts()
    report = run(str(CLEAN), by=cast["lead"])
    after = counts()

    assert (report.rows, report.importable, report.imported) == (230, 230, 230)
    assert after["Participant"] - before["Participant"] == 230
    assert after["Case"] - before["Case"] == 230
    assert after["ChangeSet"] - before["ChangeSet"] == 1
    told = ChangeSet.objects.latest("number")
    assert (told.verb, told.channel, told.actor_id) == ("cases.import", "import", cast["lead"].pk)
    journal = ChangedRow.objects.filter(change_set=told, model="cases.case", type="+")
    assert journal.count() == 230
    assert Case.history.filter(is_imported=True, history_type="+").count() == 230

    again = run(str(CLEAN_XLSX), by=cast["lead"])
    assert (again.known, again.importable, again.imported) == (230, 0, 0)
    assert counts() == after


def test_a_row_becomes_a_person_a_case_a_placement_and_what_is_still_due(cast):
    run(str(CLEAN), by=cast["lead"])
    case = Case.objects.with_people().get(legacy_number="R02-022")

    assert str(case.participant) == "Stéphane Fournier"
    assert (case.status, case.region.code, case.fiscal_year) == ("in_placement", "02", 2025)
    assert (case.organization.acronym, case.site.name) == (
        "SHQ",
        "Direction des ressources humaines",
    )
    placement = case.placements.get()
    assert (placement.status, str(placement.started_on), str(placement.planned_end)) == (
        "active", "2026-05-29", "2027-05-27",
    )  # fmt: skip
    assert "2026-08-28" in {str(each.due_on) for each in case.follow_ups.all()}
    assert case.notes.get().text == "Dit « oui » à l'interprète"


def test_a_text_that_begins_like_a_formula_stays_text(cast):
    run(str(CLEAN), by=cast["lead"])
    note = Note.objects.get(case__legacy_number="R07-002")
    assert note.text == '=HYPERLINK("http://exemple.invalid","cliquez")'


def test_one_bad_row_keeps_the_good_ones_out(cast):
    before = counts()
    report = run(sheet({}, {"No dossier": "R03-901", "Courriel": "non"}), by=cast["lead"])
    assert [(each.row, each.column, each.value) for each in report.errors] == [
        (3, "Courriel", "non")
    ]
    assert counts() == before


def test_a_coordinator_imports_the_own_regions_only(cast):
    elsewhere = {"No dossier": "R06-1", "Région": "06", "Prénom": "Ali"}
    report = run(sheet({}, elsewhere), by=cast["coordinator"])
    assert [(each.row, each.column) for each in report.errors] == [(3, "Région")]
    assert run(sheet({}), by=cast["coordinator"]).imported == 1
    assert Case.objects.get(legacy_number="R03-900").coordinator == cast["coordinator"]


@pytest.mark.parametrize("who", ["outsider", "auditor", "representative", "privacy", "committee"])
def test_who_takes_nobody_in_imports_nothing(who, cast):
    report = run(sheet({}), by=cast[who])
    assert [each.column for each in report.errors] == ["Région"]


DECISIONS = [({}, 1, 1), ({3: "skip"}, 1, 1), ({3: "create"}, 2, 0)]


@pytest.mark.parametrize(("decisions", "imported", "held"), DECISIONS)
def test_a_probable_duplicate_waits_for_a_decision(decisions, imported, held, cast):
    twin = {"No dossier": "R03-901", "Nom": "LAVALLEE", "Courriel": "autre@exemple.qc.ca"}
    report = run(sheet({}, twin), by=cast["lead"], decisions=decisions)
    assert [(each.row, each.of_row) for each in report.duplicates] == [(3, 2)]
    assert (report.imported, report.held) == (imported, held)


def test_somebody_already_in_the_service_is_a_probable_duplicate_of_that_case(cast, case):
    known = {"Nom": "cote tremblay", "Prénom": "ELOISE", "Date de naissance": "1988-11-05"}
    report = check(sheet(known), by=cast["coordinator"])
    assert [(each.row, each.of_row, each.of_case) for each in report.duplicates] == [
        (2, None, case.number)
    ]


def test_a_case_the_importer_may_not_see_is_not_told(cast, case_elsewhere):
    unseen = {"Nom": "Ladouceur", "Prénom": "Zoé", "Date de naissance": "1990-02-03"}
    report = check(sheet(unseen), by=cast["coordinator"])
    assert (report.duplicates, report.importable) == ([], 1)


def test_the_command_answers_in_json_and_by_its_exit_status(capsys):
    with pytest.raises(SystemExit) as left:
        call_command("import_participants", str(SAMPLES / "participants-2026.csv"), "--json")
    told = json.loads(capsys.readouterr().out)

    assert left.value.code == 1
    assert (told["rows"], told["importable"], len(told["errors"])) == (241, 230, 10)
    assert told["duplicates"] == [{"row": 242, "of_row": 2, "of_case": ""}]
    assert set(told["errors"][0]) == {"row", "column", "value", "problem"}

    call_command("import_participants", str(CLEAN), "--dry-run", "--json")
    assert json.loads(capsys.readouterr().out)["importable"] == 230
    call_command("import_participants", str(CLEAN), "--json", "--by", "lead@exemple.qc.ca")
    assert json.loads(capsys.readouterr().out)["imported"] == 230


UNREADABLE = [("missing.csv", None), ("empty.csv", b""), ("picture.csv", b"\x89PNG\r\n\x1a\n\0\0")]


@pytest.mark.parametrize(("name", "content"), UNREADABLE)
def test_a_file_that_cannot_be_read_is_exit_2(name, content, tmp_path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError) as refused:
        call_command("import_participants", str(tmp_path / name))
    assert refused.value.returncode == 2


def test_an_unknown_importer_is_exit_2():
    with pytest.raises(CommandError) as refused:
        call_command("import_participants", str(CLEAN), "--by", "nobody@exemple.qc.ca")
    assert refused.value.returncode == 2
