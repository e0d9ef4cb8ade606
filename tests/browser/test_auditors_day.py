"""An auditor’s day in a real browser: filter, open, compare, draw, answer, find, sign, take away, prove."""

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

from django.utils import timezone

from tests.browser.walking import Walker

PATIENCE = 60_000  # milliseconds; a machine under load is slow, not broken
SEED = "journee-audit-2026"


def downloaded(auditor: Walker, link: Any) -> bytes:
    with auditor.page.expect_download() as waited:
        link.click()
    return Path(waited.value.path()).read_bytes()


def filtered(auditor: Walker) -> list[str]:
    """Filter the history; the numbers of the changes found, newest first."""
    auditor.press("Historique", within="body").fill(
        kind="cases.case", field="cases.case.status", channel="command"
    )
    auditor.press("Filtrer")
    found = auditor.page.locator("main tbody th a").all_inner_texts()
    assert len(found) > 5
    assert "→" in auditor.text
    return found


def test_an_auditors_day(person: Any) -> None:
    somebody = person("auditor")
    page = somebody.page
    page.set_default_timeout(PATIENCE)
    page.set_default_navigation_timeout(PATIENCE)
    auditor = Walker(somebody)

    # Filter, and take away exactly what was found.
    numbers = filtered(auditor)
    data = downloaded(auditor, page.get_by_role("link", name="CSV", exact=True))
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    exported = list(dict.fromkeys(line["Modification"] for line in lines))
    assert exported[: len(numbers)] == [text.removeprefix("Nº ") for text in numbers]
    receipt = lines[0]["Reçu"]
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", receipt)

    # Open the newest, read it from what to what, compare the record before and after.
    auditor.press(numbers[0])
    assert "statut" in auditor.text.lower()
    assert receipt in auditor.text
    auditor.press("La fiche entière avant et après")
    number = int(receipt.partition(":")[0])
    assert f"change-{number - 1}" in page.url
    assert "statut" in auditor.text.lower()

    # The whole case as it was on a date, beside today.
    auditor.go("/cases/?status=in_placement")
    auditor.press("20")
    auditor.press("Tel que c’était")
    moment = timezone.localtime() + dt.timedelta(minutes=1)
    page.fill("main form [name=at]", moment.strftime("%Y-%m-%dT%H:%M"))
    auditor.press("Afficher côte à côte")
    assert "stage" in auditor.text.lower()

    # Draw a sample from a filter of the cases, and work through it.
    auditor.go("/cases/?status=in_placement")
    auditor.press("Tirer un échantillon de ce filtre")
    auditor.fill(title="Dossiers en stage", purpose="Vérifier les dates.", size="2", seed=SEED)
    auditor.submit("Tirer")
    sample = auditor.here
    auditor.press("Prochaine fiche à faire")
    for turn in range(2):
        names = page.locator("main form input[type=radio]").evaluate_all(
            "all => [...new Set(all.map(each => each.name))]"
        )
        for place, name in enumerate(names):
            answer = "no" if (turn, place) == (0, 0) else "yes"
            page.check(f'main form [name="{name}"][value="{answer}"]')
            if answer == "no":
                page.fill(f'[name="{name.removesuffix("value")}comment"]', "Aucun document.")
        if turn == 0:
            auditor.press("Enregistrer ce qui est là").press(
                "Noter un constat à partir de ce « non »"
            )
            page.check('main form [name="severity"][value="major"]')
            auditor.fill(text="La date n’est appuyée par aucun document.").submit()
            auditor.go(sample).press("Prochaine fiche à faire")
        auditor.press("Terminer et passer à la suivante")
    auditor.go(sample)
    assert "2 sur 2" in auditor.text
    assert "La date n’est appuyée" in auditor.text

    # Sign it: it is in the chain, and nothing of it moves any more.
    number_of_sample = re.search(r"E-\d{4}-\S+", auditor.text)
    assert number_of_sample
    auditor.press("Signer").fill(
        conclusion="Une date sans document.", confirmation=number_of_sample[0].rstrip(" :")
    ).submit()
    assert "Signé" in auditor.text
    assert not auditor.offers("Prochaine fiche")
    signed = re.findall(r"\d+:[0-9a-f]{64}", auditor.text)[-1]
    report = page.request.get(f"{somebody.address}{sample}report/")
    assert report.headers["content-type"] == "application/pdf"
    assert report.body().startswith(b"%PDF-1.7")
    rows = downloaded(auditor, page.get_by_role("link", name="CSV", exact=True)).decode("utf-8-sig")
    assert "La date n’est appuyée par aucun document." in rows

    # Prove the history, and that the signature is in it.
    auditor.press("Preuve", within="body")
    auditor.press("Prouver maintenant")
    assert "intact" in auditor.text
    auditor.fill(receipt=signed).press("Vérifier le reçu")
    assert auditor.offers(f"Ouvrir la modification {signed.partition(':')[0]}")
