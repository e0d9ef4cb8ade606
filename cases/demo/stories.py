"""The people of the demonstration and what happens to each: moves, with dates counted from today in days."""

from typing import Any

# The stages of a case, as a list of moves; each is one demonstration person.
CASES: tuple[tuple[str, str, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("Arsenault", "Flavie", ()),
    ("Bélisle", "Mathéo", ()),
    ("Cardinal", "Rosalie", (("start-intake", {"first_contact_on": -5}),)),
    (
        "Dionne",
        "Samuel",
        (("start-intake", {"first_contact_on": -40}), ("start-review", {"applied_on": -30})),
    ),
    (
        "Émond",
        "Véronique",
        (
            ("start-intake", {"first_contact_on": -70}),
            ("start-review", {"applied_on": -60}),
            ("request-documents", {"reason": "Attestation de l’organisme référent"}),
        ),
    ),
    (
        "Fiset",
        "Raphaël",
        (
            ("start-intake", {"first_contact_on": -90}),
            ("start-review", {"applied_on": -80}),
            ("refuse", {"decided_on": -30, "reason": "Autorisation de travail échue"}),
        ),
    ),
    (
        "Garneau",
        "Coralie",
        (
            ("start-intake", {"first_contact_on": -120}),
            ("start-review", {"applied_on": -110}),
            (
                "refuse",
                {"decided_on": -60, "reason": "Conditions minimales de la classe d’emplois"},
            ),
            ("appeal", {"reason": "Nouvelle équivalence d’études"}),
        ),
    ),
    (
        "Harvey",
        "Nathan",
        (
            ("start-intake", {"first_contact_on": -80}),
            ("start-review", {"applied_on": -70}),
            ("admit", {"decided_on": -40}),
            ("start-matching", {}),
        ),
    ),
    (
        "Imbeault",
        "Jade",
        (
            ("start-intake", {"first_contact_on": -150}),
            ("start-review", {"applied_on": -140}),
            ("admit", {"decided_on": -100}),
            ("suspend", {"resume_on": 45, "reason": "Demande de la personne"}),
        ),
    ),
    (
        "Joly",
        "Édouard",
        (
            ("start-intake", {"first_contact_on": -200}),
            (
                "close",
                {
                    "closed_on": -20,
                    "closure_reason": "employed_elsewhere",
                    "reason": "Poste permanent",
                },
            ),
        ),
    ),
)
# Placements at the MTMD in Québec: planned start in days from today, then the moves.
PLACEMENTS: tuple[tuple[str, str, int, tuple[tuple[str, dict[str, Any]], ...]], ...] = (
    ("Kirouac", "Alexis", 35, ()),
    ("Lamontagne", "Béatrice", 21, (("sign", {"signed_on": -2}),)),
    ("Michaud", "Charles", 7, (("sign", {"signed_on": -15}), ("prepare", {}))),
    (
        "Nadeau",
        "Delphine",
        -60,
        (("sign", {"signed_on": -75}), ("prepare", {}), ("start", {"started_on": -60})),
    ),
    (
        "Ostiguy",
        "Emmanuel",
        -330,
        (("sign", {"signed_on": -340}), ("prepare", {}), ("start", {"started_on": -330})),
    ),
    (
        "Pelletier",
        "Florence",
        -150,
        (
            ("sign", {"signed_on": -160}),
            ("prepare", {}),
            ("start", {"started_on": -150}),
            (
                "suspend",
                {"suspended_on": -20, "resume_on": 15, "reason": "Congé demandé par la personne"},
            ),
        ),
    ),
    (
        "Quirion",
        "Gabriel",
        -320,
        (
            ("sign", {"signed_on": -330}),
            ("prepare", {}),
            ("start", {"started_on": -320}),
            ("extend", {"extension_end": 130, "reason": "Objectifs à consolider"}),
        ),
    ),
    (
        "Rancourt",
        "Hubert",
        -400,
        (
            ("sign", {"signed_on": -410}),
            ("prepare", {}),
            ("start", {"started_on": -400}),
            ("complete", {"ended_on": -37}),
        ),
    ),
    (
        "Sirois",
        "Ingrid",
        -180,
        (
            ("sign", {"signed_on": -190}),
            ("prepare", {}),
            ("start", {"started_on": -180}),
            (
                "end-early",
                {"ended_on": -45, "ended_by": "participant", "reason": "Poste régulier obtenu"},
            ),
        ),
    ),
    (
        "Turcotte",
        "Justin",
        -30,
        (
            ("sign", {"signed_on": -45}),
            ("prepare", {}),
            ("no-show", {"expected_on": -30, "reason": "Trois appels et une lettre"}),
        ),
    ),
    ("Vachon", "Karolane", 40, (("cancel", {"reason": "Unité réorganisée"}),)),
    (
        "Yelle",
        "Laurence",
        -600,
        (
            ("sign", {"signed_on": -610}),
            ("prepare", {}),
            ("start", {"started_on": -600}),
            ("complete", {"ended_on": -237}),
        ),
    ),
)
