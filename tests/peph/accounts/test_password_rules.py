"""Which passwords may be chosen: a table, and where the rules are applied."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from peph.accounts.models import User
from peph.settings import PASSWORD_HASHERS

GOOD = [
    "cheval pile agrafe correcte",
    "Trois tasses de thé vert 8",
    "le fleuve gèle en janvier",
    "girafe-parapluie-carotte",
    "my neighbour paints boats",
    "xk7#Qw9!zLp2$Vm4",
    "ууу широкая река зимой",
    "ma clé est sous le pot 12",
    "un stage dans la toundra bleue",
    "Québec en traîneau rouge vif",
    "tambour tambour et flûte",
    "        spaces around it all        ",
    "🦜🐢🦔 perroquet tortue hérisson",
    "correct horse battery staple",
    "quinze lettres!",
    "a" * 40 + "bcdefghijk lmnop",
    "z" * 60 + " ornithorynque bleu " + "y" * 48,
    "0123456789 vélos rouillés",
    "passeport oublié au chalet",
    "administrer un jardin de roses",
    "2026 raisons de marcher",
    "emploi du temps de la loutre",
    "le secret des pommes vertes",
    "azalées et pivoines du matin",
    "rivière-du-loup en canot",
    "ministère des marmottes agiles",
    "douze chaises dépareillées",
    "pizza froide au petit matin",
    "kayak sauge bottin hublot",
    "neuf oies traversent la cour",
]
TOO_SHORT = ["", "court", "cheval pile 12", "xk7#Qw9!zLp2$V", "orage d’août 3"]
TOO_LONG = ["cheval pile agrafe " * 7]
GUESSABLE = [
    "aaaaaaaaaaaaaaaa",
    "abababababababab",
    "123456789012345",
    "111111222222333",
    "password1234567",
    "Password!!!2026",
    "P@ssw0rdP@ssw0rd",
    "motdepasse12345",
    "Mot-de-passe-2026",
    "motdepassemotdepasse",
    "azertyuiop12345",
    "qwertyuiop12345",
    "Bonjour-2026-!!!",
    "bienvenue2026!!",
    "pdeiph-pdeiph-2026",
    "PEPH2026peph2026",
    "Programme-PDEIPH",
    "quebec-emploi-2026",
    "Québec2026Québec",
    "ministere-quebec1",
    "stagiaire-dossier",
    "changeme-changeme",
    "iloveyou12345678",
    "soleil-soleil-99",
    "abcdefghijklmno1",
]


def problems(password, user=None):
    try:
        validate_password(password, user)
    except ValidationError as error:
        return {each.code for each in error.error_list}
    return set()


@pytest.mark.parametrize("password", GOOD)
def test_a_long_password_of_ones_own_is_accepted_whatever_it_is_made_of(password):
    assert problems(password) == set()


@pytest.mark.parametrize(
    ("password", "code"),
    [
        *((each, "too_short") for each in TOO_SHORT),
        *((each, "too_long") for each in TOO_LONG),
        *((each, "guessable") for each in GUESSABLE),
    ],
)
def test_a_password_that_is_short_or_tried_first_is_refused(password, code):
    assert code in problems(password)


def test_the_table_has_sixty_passwords():
    assert len({*GOOD, *TOO_SHORT, *TOO_LONG, *GUESSABLE}) >= 60


@pytest.mark.django_db
def test_twelve_characters_are_enough_beside_a_second_factor(person):
    twelve = "orage d’août"
    assert (len(twelve), problems(twelve, person)) == (12, {"too_short"})
    person.last_login = timezone.now()
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={})
    assert problems(twelve, person) == set()
    assert problems(twelve[1:], person) == {"too_short"}


def test_a_password_like_the_name_or_the_address_is_refused():
    user = User(first_name="Maximilienne", last_name="Bourassa-Tremblay", email="m.b@exemple.qc.ca")
    assert "password_too_similar" in problems("Bourassa-Tremblay", user)


def test_passwords_are_kept_by_a_slow_hash_that_needs_memory():
    assert PASSWORD_HASHERS[0] == "django.contrib.auth.hashers.Argon2PasswordHasher"
