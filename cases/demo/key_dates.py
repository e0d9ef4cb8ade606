"""Corrections of key dates in the demonstration: one applied, one refused, two that wait."""

from typing import Any

from cases.demo.papers import pdf, placement_of
from cases.demo.people import day
from cases.models import Case, KeyDateChange
from cases.services.key_date_changes import ask_key_date_change, move_key_date_change
from organizations.models import HostSite


def correct_dates(people: dict[str, Any], site: HostSite) -> None:
    """What a coordinator asked for and the lead decided; what waits for the lead; what waits for the
    coordinator."""
    officer, lead = people["coordinator-03"], people["lead"]
    if KeyDateChange.objects.exists():
        return
    proved = ask_key_date_change(
        _case("Harvey", "Nathan"),
        by=officer,
        key_date="applied_on",
        corrected=day(-72),
        reason="Le formulaire a été reçu deux jours avant d’être saisi.",
        file=pdf("Accuse de reception du formulaire", "Accusé de réception.pdf"),
    )
    move_key_date_change(proved, "apply", by=lead, decision_comment="Conforme à l’accusé.")
    unproved = ask_key_date_change(
        _case("Fiset", "Raphaël"),
        by=officer,
        key_date="decided_on",
        corrected=day(-35),
        reason="La décision aurait été prise à la rencontre d’équipe.",
    )
    move_key_date_change(
        unproved, "refuse", by=lead, decision_comment="La lettre à la personne porte l’autre date."
    )
    ask_key_date_change(
        placement_of("Nadeau"),
        by=officer,
        key_date="started_on",
        corrected=day(-61),
        reason="La feuille de présence commence la veille.",
    )
    ask_key_date_change(
        _case("Joly", "Édouard"),
        by=lead,
        key_date="closed_on",
        corrected=day(-22),
        reason="Date de la dernière conversation, notée au dossier.",
    )


def _case(last: str, first: str) -> Case:
    """The case of somebody who was not imported under the same name."""
    return Case.objects.get(
        is_imported=False, participant__last_name=last, participant__first_name=first
    )
