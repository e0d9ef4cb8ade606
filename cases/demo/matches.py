"""The demonstration's matches: one person at each point, from proposed to placed or turned down."""

from typing import Any

from cases.demo.people import admit, arrive, dated, day, is_there
from cases.services.matches import move_match, propose_match, save_work_profile
from organizations.models import HostSite, Project, Region

COUNTER = "Accueil et renseignements au comptoir"
RECORDS = "Soutien à la gestion documentaire"
HOUSING = "Suivi des demandes de logement"
PLANS = "Numérisation des plans anciens"
SENT = ("send", {"sent_on": -40})
HELD = ("hold-interview", {"interviewed_on": -5})
CHOSEN = ("choose", {"decided_on": -3})
OFFERED = ("offer", {"offered_on": -2, "answer_by": 8})

# Last name, first name, project, moves with days counted from today.
MATCHES: tuple[tuple[str, str, str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("Allaire", "Léonie", COUNTER, ()),
    ("Bolduc", "Thomas", RECORDS, (("send", {"sent_on": -2}),)),
    ("Charest", "Noémie", COUNTER, (SENT, ("plan-interview", {"interview_on": 4}))),
    # Ten working days after it, nobody decided.
    ("Desrosiers", "Antoine", RECORDS, (SENT, ("hold-interview", {"interviewed_on": -30}))),
    ("Fafard", "Camille", HOUSING, (SENT, HELD, CHOSEN)),
    ("Giguère", "Olivier", COUNTER, (SENT, HELD, CHOSEN, OFFERED)),
    (
        "Hamelin",
        "Sarah",
        PLANS,
        (SENT, HELD, CHOSEN, OFFERED, ("accept", {"answered_on": -1, "planned_start": 24})),
    ),
    (
        "Jolicoeur",
        "William",
        COUNTER,
        (SENT, HELD, ("turn-down", {"decided_on": -3, "refusal_reason": "skills"})),
    ),
    (
        "Laflamme",
        "Anaïs",
        HOUSING,
        (
            SENT,
            HELD,
            CHOSEN,
            OFFERED,
            ("decline", {"answered_on": -1, "refusal_reason": "not_mobile"}),
        ),
    ),
    ("Morin", "Zachary", RECORDS, (SENT, ("withdraw", {"refusal_reason": "unavailable"}))),
)
EXPERIENCE = (
    "Trois ans à l’accueil d’un centre communautaire; à l’aise avec le public.",
    "Diplôme d’études professionnelles en secrétariat; bénévolat aux archives.",
    "Saisie de données et suivi de commandes dans une entreprise d’insertion.",
)


def match_people(people: dict[str, Any], site: HostSite) -> None:
    """Write the people who look for a placement, each with a work profile and a match."""
    officer, region = people["coordinator-03"], Region.objects.get(code="03")
    for number, (last, first, title, moves) in enumerate(MATCHES, start=40):
        if is_there(last, first):
            continue
        case = arrive(officer, region, last, first, number, -75)
        admit(case, officer, -50)
        save_work_profile(
            case,
            by=officer,
            hours_least=21,
            hours_most=28 + 7 * (number % 2),
            telework=("welcome", "needed", "not_wanted")[number % 3],
            other_regions="12" if number % 4 == 0 else "",
            available_from=day(10),
            wants_mentor=number % 2 == 0,
            experience=EXPERIENCE[number % len(EXPERIENCE)],
            needs_entrance=number % 3 == 0,
            needs_lift=number % 3 == 0,
            needs_light_and_noise=number % 5 == 0,
        )
        project = Project.objects.filter(title=title, status="open").latest("created_at")
        match = propose_match(case, project, by=officer)
        for name, inputs in moves:
            match = move_match(match, name, by=officer, **dated(inputs))
