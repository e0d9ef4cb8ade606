"""The main job in a browser: a spreadsheet comes in, a host keeps its placement, an auditor reads it."""

import re
from pathlib import Path

import pytest

from tests import BASE_DIR

SAMPLE = BASE_DIR / "tests" / "data" / "participants-2026.csv"
TWO_ROWS = (
    "No dossier,Nom,Prénom,Date de naissance,Région,Date de référence,Statut\n"
    "N-1,Zébulon,Anouk,1994-03-02,03,2026-10-01,Référé\n"
    "N-2,Zéphir,Bastien,1987-07-09,Capitale-Nationale,2026-10-05,Admissible\n"
)


def upload(person, file: Path) -> None:
    person.go("/imports/new/").page.set_input_files("input[type=file]", file)
    person.leave_by(person.page.locator("main form button").first)


def test_a_file_with_problems_shows_each_of_them_and_cannot_be_imported(person):
    lead = person("lead")
    upload(lead, SAMPLE)
    page = lead.page
    assert page.get_by_text("XYZW").is_visible()
    assert page.get_by_text("31 févr. 1990").is_visible()
    assert page.get_by_role("button", name=re.compile("^Importer")).count() == 0
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("CSV")).click()
    assert download.value.suggested_filename.endswith(".csv")


@pytest.mark.parametrize("script", [True, False])
def test_a_coordinator_brings_in_a_spreadsheet(person, tmp_path, script):
    coordinator = person("coordinator-03", script=script)
    file = tmp_path / "nouveaux.csv"
    # Two readings of the same file by two people: the second finds everything already there.
    file.write_text(TWO_ROWS.replace("Z", "X" if script else "W"), encoding="utf-8")
    upload(coordinator, file)
    coordinator.leave_by(coordinator.page.get_by_role("button", name=re.compile("^Importer")))

    name = "Xéphir" if script else "Wéphir"
    coordinator.go(f"/cases/?q={name.lower().replace('é', 'e')}")
    assert coordinator.page.get_by_text(f"Bastien {name}").is_visible()
    upload(coordinator, file)
    assert coordinator.page.get_by_role("button", name=re.compile("^Importer")).count() == 0


def test_a_host_keeps_its_placement_and_the_auditor_reads_what_changed(person):
    host = person("host-mtmd")
    host.go("/placements/?q=nadeau")
    host.leave_by(host.page.get_by_role("link", name="Delphine Nadeau"))
    assert host.page.get_by_text("Date de naissance").count() == 0
    host.leave_by(host.page.get_by_role("link", name="Tenir ce stage à jour"))
    host.page.fill("input[name=mentor_name]", "Bernadette Mentor")
    host.leave_by(host.page.locator("main form button").first)
    assert host.page.get_by_text("Bernadette Mentor").is_visible()

    auditor = person("auditor").go("/history/")
    auditor.leave_by(auditor.page.locator("main table tbody tr").first.get_by_role("link").first)
    told = auditor.page.locator("main").inner_text()
    assert "Hélène Marchand" in told
    assert "Mireille Cantin" in told
    assert "Bernadette Mentor" in told


def test_what_was_typed_is_kept_when_it_is_refused(person):
    coordinator = person("coordinator-03").go("/cases/new/")
    coordinator.page.fill("input[name=last_name]", "Incomplète")
    coordinator.page.fill("input[name=email]", "pas un courriel")
    coordinator.leave_by(coordinator.page.locator("main form button").first)
    assert coordinator.page.input_value("input[name=last_name]") == "Incomplète"
    assert coordinator.page.get_by_role("alert").first.is_visible()


def test_an_outsider_finds_nothing_and_is_told_whom_to_ask(person):
    outsider = person("outsider")
    assert outsider.page.get_by_role("link", name="Dossiers").count() == 0
    assert outsider.go("/cases/").page.locator("main table").count() == 0
