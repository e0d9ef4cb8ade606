"""The demonstration’s retention: people whose term is over, one of them held, one proposed for erasure.

Every write goes through the services, as a coordinator and the privacy officer would do it.
"""

from typing import Any

from cases.demo.people import arrive, day, is_there
from cases.models import Participant
from cases.services.cases import move_case
from organizations.models import HostSite
from privacy.services.erasures import propose
from privacy.services.rules import place_hold

# last name, first name, referred and closed so many days from today
PEOPLE = (
    ("Beaulieu", "Raymonde", -3100, -2900),
    ("Castonguay", "Hervé", -2700, -2500),
    ("Dubreuil", "Monique", -1900, -1800),
    ("Émond", "Gaétan", -1500, -1400),
)
HELD, PROPOSED = 1, 0


def keep_and_let_go(people: dict[str, Any], site: HostSite) -> None:
    """Cases closed long ago, where they are missing."""
    if is_there(*PEOPLE[0][:2]):
        return
    lead = people["lead"]
    found: list[Participant] = []
    for place, (last, first, referred, closed) in enumerate(PEOPLE):
        case = arrive(lead, site.region, last, first, 70 + place, referred, agreed=())
        move_case(
            case,
            "close",
            by=lead,
            closed_on=day(closed),
            closure_reason="withdrew",
            reason="La personne ne donne pas suite.",
        )
        found.append(case.participant)
    place_hold(found[HELD], by=lead, reason="Plainte au Protecteur du citoyen, à l’étude")
    propose(found[PROPOSED], by=people["privacy"])
