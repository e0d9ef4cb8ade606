"""The demonstration’s registers: a few entries of each, a request that is late and one whose clock runs.

Every write goes through the services, as the privacy officer would do it. The people are invented.
"""

from typing import Any

from cases.demo.people import day
from cases.models import Participant
from organizations.models import HostSite
from privacy.models import AccessRequest, Anonymisation, Disclosure, Incident
from privacy.services.contacts import contact, update_contact
from privacy.services.registers import add_entry, move_entry


def fill_registers(people: dict[str, Any], site: HostSite) -> None:
    """Each register, where it is still empty."""
    by = people["privacy"]
    someone = list(Participant.objects.order_by("created_at", "pk")[:3])
    for model, fill in (
        (AccessRequest, _requests),
        (Disclosure, _disclosures),
        (Incident, _incidents),
        (Anonymisation, _anonymisations),
    ):
        if not model._default_manager.exists():
            fill(by, someone)
    if contact().version == 0:
        update_contact(
            by=by,
            body="Organisme de démonstration",
            name="Camille Exemple",
            title="Responsable de la protection des renseignements personnels",
            email="vie-privee@exemple.qc.ca",
            phone="418 555-0142",
            address="1, rue de l’Exemple, Québec (Québec) G1R 5M1",
            policy_on=day(-200),
            accessibility_email="accessibilite@exemple.qc.ca",
            accessibility_on=day(-30),
        )


def _requests(by: Any, someone: list[Participant]) -> None:
    def received(days: int, person: Participant, kind: str, wanted: str, **more: Any) -> Any:
        return add_entry(
            AccessRequest,
            by=by,
            kind=kind,
            received_on=day(-days),
            requester_name=person.full_name,
            requester_contact=person.email or "Par la poste, à l’adresse du dossier",
            participant=person,
            identity_checked_on=day(-days),
            wanted=wanted,
            **more,
        )

    first, second, third = (someone * 3)[:3]
    received(26, first, "access", "Copie complète de mon dossier.", format_needed="Gros caractères")
    received(9, second, "portability", "Mes renseignements, pour un autre programme.")
    longer = received(18, third, "rectification", "Ma date de première rencontre est inexacte.")
    move_entry(
        longer,
        "extend",
        by=by,
        extended_on=day(-2),
        extension_reason="La personne qui a mené la rencontre est absente jusqu’à la semaine prochaine.",
    )
    refused = received(70, first, "access", "Les notes sur les autres personnes du service.")
    move_entry(
        refused,
        "refuse",
        by=by,
        answered_on=day(-55),
        refusal_article="Loi sur l’accès, art. 88",
        refusal_reason="Ces notes révéleraient des renseignements sur d’autres personnes.",
        recourse_told_on=day(-55),
    )
    granted = received(60, second, "access", "Qui a consulté mon dossier cette année?")
    move_entry(
        granted,
        "grant",
        by=by,
        answered_on=day(-48),
        answer="La liste des consultations a été remise en main propre, avec explications.",
    )


def _disclosures(by: Any, someone: list[Participant]) -> None:
    add_entry(
        Disclosure,
        by=by,
        disclosed_on=day(-40),
        recipient="Service de police de l’Exemple",
        information="Nom, téléphone et lieu de travail.",
        purpose="Retrouver une personne dont la vie était en danger.",
        basis="s59_1",
        justification="Menace précise rapportée par la superviseure; urgence confirmée par la direction.",
        measures="Communication de vive voix à la personne désignée, puis confirmation par écrit.",
        participant=someone[0] if someone else None,
    )
    add_entry(
        Disclosure,
        by=by,
        disclosed_on=day(-95),
        recipient="Firme de recherche Exemple inc.",
        information="Année, région, durée du stage et situation après douze mois, sans nom.",
        purpose="Évaluation du programme.",
        basis="s67_2_1",
        justification="Les renseignements sont nécessaires à l’étude et aucun nom n’est requis.",
        agreement="Entente 2026-014",
        measures="Évaluation des facteurs relatifs à la vie privée, fichier chiffré, destruction prévue.",
        persons=120,
    )


def _incidents(by: Any, someone: list[Participant]) -> None:
    closed = add_entry(
        Incident,
        by=by,
        kind="disclosure",
        known_on=day(-80),
        occurred_from=day(-81),
        information="Nom et horaire de travail.",
        circumstances="Une entente de stage a été envoyée au mauvais organisme d’accueil.",
        persons=1,
    )
    move_entry(
        closed,
        "assess",
        by=by,
        serious_risk="no",
        risk_assessment="Renseignements peu sensibles, destinataire tenu au secret, message détruit.",
    )
    move_entry(
        closed,
        "close",
        by=by,
        measures="Destruction confirmée par écrit; rappel de la consigne de vérification du destinataire.",
    )
    add_entry(
        Incident,
        by=by,
        kind="loss",
        known_on=day(-3),
        occurred_from=day(-5),
        occurred_to=day(-3),
        occurred_is_approximate=True,
        information="Liste imprimée de noms, numéros de dossier et dates de rencontre.",
        circumstances="Une liste imprimée n’a pas été retrouvée après un déplacement en train.",
        persons=14,
        persons_is_approximate=True,
    )


def _anonymisations(by: Any, someone: list[Participant]) -> None:
    add_entry(
        Anonymisation,
        by=by,
        information="Stages terminés de 2019 à 2021: année, région regroupée, durée, issue.",
        purposes="Suivre la rétention en emploi d’une année à l’autre.",
        supervised_by="Dominique Exemple, statisticienne",
        techniques="Agrégation, regroupement des régions, retrait des effectifs de moins de cinq personnes.",
        security_measures="Accès réservé à deux personnes; fichier source détruit.",
        individualisation="Aucune ligne ne porte sur une seule personne.",
        correlation="Aucune clé ni date précise ne permet le rapprochement avec un autre fichier.",
        inference="Les petits effectifs sont retirés; les totaux sont arrondis à cinq.",
        conclusion="Le risque de réidentification est très faible.",
        analysed_on=day(-120),
        next_review_on=day(245),
    )
