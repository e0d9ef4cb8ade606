"""The demonstration's accommodation measures: one in each state, and what is late or goes back."""

from typing import Any

from cases.demo.people import dated
from cases.models import Placement
from cases.services.accommodations import (
    move_accommodation,
    request_accommodation,
    update_accommodation,
)

# Last name → kind, barrier, measure, estimated cost, day asked, who decides, moves.
MEASURES: dict[str, tuple[str, str, str, int, int, str, tuple[tuple[str, dict[str, Any]], ...]]] = {
    # From that cost on, somebody else than who asked decides.
    "Kirouac": (
        "software",
        "Lire longtemps à l’écran",
        "Logiciel de lecture et sa formation",
        2400,
        -6,
        "",
        (),
    ),
    # Promised for after the first day: the placement is not ready.
    "Michaud": (
        "furniture",
        "Rester assis plus d’une heure",
        "Poste assis-debout",
        1850,
        -20,
        "lead",
        (("accept", {"decided_on": -12, "planned_on": 16, "reason": ""}),),
    ),
    "Lamontagne": (
        "schedule",
        "Voyager aux heures de pointe",
        "Horaire de 10 h à 18 h",
        0,
        -18,
        "coordinator-03",
        (
            (
                "modify",
                {
                    "decided_on": -8,
                    "measure": "Horaire de 9 h 30 à 17 h 30",
                    "planned_on": 18,
                    "reason": "L’accueil ferme à 17 h 30.",
                },
            ),
        ),
    ),
    "Nadeau": (
        "technical",
        "Lire les petits caractères",
        "Loupe d’écran et clavier à gros caractères",
        480,
        -80,
        "coordinator-03",
        (
            ("accept", {"decided_on": -72, "planned_on": -61}),
            ("put-in-place", {"in_place_on": -62}),
        ),
    ),
    "Ostiguy": (
        "interpretation",
        "Suivre une rencontre à plusieurs",
        "Interprétation en LSQ aux rencontres d’équipe",
        1200,
        -345,
        "coordinator-03",
        (
            ("accept", {"decided_on": -338, "planned_on": -330}),
            ("put-in-place", {"in_place_on": -330}),
            ("verify", {"verified_on": -300, "reason": "Les rencontres se suivent bien."}),
        ),
    ),
    "Quirion": (
        "transport",
        "Se rendre au bureau en hiver",
        "Taxi remboursé de décembre à mars",
        1400,
        -330,
        "coordinator-03",
        (("refuse", {"decided_on": -322, "reason": "Le transport adapté dessert l’unité."}),),
    ),
    "Rancourt": (
        "furniture",
        "Rester assis plus d’une heure",
        "Fauteuil de travail ajustable",
        950,
        -415,
        "coordinator-03",
        (
            ("accept", {"decided_on": -408, "planned_on": -400}),
            ("put-in-place", {"in_place_on": -400}),
        ),
    ),
    "Sirois": (
        "technical",
        "Prendre des notes à la main",
        "Enregistreur numérique",
        210,
        -195,
        "coordinator-03",
        (
            ("accept", {"decided_on": -188, "planned_on": -180}),
            ("put-in-place", {"in_place_on": -180}),
            ("give-back", {"returned_on": -44}),
        ),
    ),
    "Vachon": (
        "team",
        "Comprendre des consignes à demi-mot",
        "Formation de l’équipe d’une demi-journée",
        600,
        -15,
        "coordinator-03",
        (("withdraw", {"reason": "L’unité d’accueil a changé."}),),
    ),
}


def adapt(placement: Placement, people: dict[str, Any]) -> None:
    """Write the measure of one placement, before it begins, where the demonstration has one."""
    row = MEASURES.get(placement.participant.last_name)
    if row is None:
        return
    kind, barrier, measure, cost, asked, decides, moves = row
    officer = people["coordinator-03"]
    asked_for = request_accommodation(
        placement.case,
        by=officer,
        placement=placement,
        kind=kind,
        barrier=barrier,
        measure=measure,
        cost_estimated=cost,
        funding="program" if cost else "none",
        **dated({"requested_on": asked}),
    )
    for name, inputs in moves:
        asked_for = move_accommodation(asked_for, name, by=people[decides], **dated(inputs))
        if name == "accept" and "in_place_on" in str(moves):
            asked_for = update_accommodation(
                asked_for,
                by=officer,
                supplier="Équipements Exemple",
                cost_actual=cost,
                purchased_on=asked_for.decided_on,
            )
