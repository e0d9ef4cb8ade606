"""French typography: what a translated message may not do."""

import pytest

from peph.typography import typography_problems

NB = "\u00a0"  # no-break space
NNB = "\u202f"  # narrow no-break space

GOOD = [
    "Le dossier est ouvert.",
    f"Courriel{NB}:",
    "Voulez-vous continuer?",
    "Quoi?!",
    f"Le programme «{NB}PDEIPH{NB}»",
    f"%(rate)s{NB}%% des places",
    f"{{rate}}{NB}$ par semaine",
    "L’heure est 13:40.",
    "Voir https://exemple.qc.ca/?page=2;sort=1",
    "Le <a href=\"?a=1;b=2\" title='x'>lien</a>",
    "Nom&nbsp;: %(name)s &amp; %(other)s; suite",
    "virgule (,) ou point-virgule (;)",
    ": ",
    "%s dossiers",
]

BAD = [
    ("Courriel :", "a no-break space is missing before “:” in “Courriel :”"),
    ("Courriel:", "a no-break space is missing before “:” in “Courriel:”"),
    ("Continuer ?", "no space stands before “?” in “Continuer ?”"),
    (f"Attention{NNB}!", f"no space stands before “!” in “Attention{NNB}!”"),
    ("oui ; non", "no space stands before “;” in “oui ; non”"),
    ("50 %", "a no-break space is missing before “%” in “50 %”"),
    ("%(rate)s %%", "a no-break space is missing before “%” in “x %”"),
    ("12 $", "a no-break space is missing before “$” in “12 $”"),
    (f"«{NB}mot »", f"a no-break space is missing before “»” in “«{NB}mot »”"),
    (f"« mot{NB}»", f"a no-break space is missing after “«” in “« mot{NB}»”"),
    ("<b>Nom</b> :", "a no-break space is missing before “:” in “Nom :”"),
    ("l'organisme", "the apostrophe is straight, not “’”, in “l'organisme”"),
]


@pytest.mark.parametrize("text", GOOD)
def test_well_written_french_is_left_alone(text: str) -> None:
    assert typography_problems(text) == []


@pytest.mark.parametrize(("text", "problem"), BAD)
def test_each_fault_is_named_with_the_words_around_it(text: str, problem: str) -> None:
    assert typography_problems(text) == [problem]
