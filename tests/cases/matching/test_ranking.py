"""The ranking: each criterion in a literal table, the order, what is shown, and what is never kept."""

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import translation

from cases.models import Case, Match, WorkProfile
from cases.services import matching
from cases.services.cases import move_case
from cases.services.fit import Fit, hours_sought, weigh
from cases.services.matches import save_work_profile
from cases.services.matching import rank_cases, rank_projects
from organizations.models import Call, HostOrganization, HostSite, JobClass, Project, Region
from peph.audit.models import ChangeSet
from tests.cases.matching.conftest import a_project, a_seeker, put

CLERK, DRIVER = JobClass(code="A", name="Commis"), JobClass(code="B", name="Chauffeur")
QUEBEC, MONTREAL = Region(code="03", name="Capitale-Nationale"), Region(code="06", name="Montréal")
MTMD = HostOrganization(acronym="MTMD", name="Transports")
CALL = Call(fiscal_year=2026, start_to=dt.date(2027, 3, 31))


def fits(profile=None, *, case=None, project=None, site=None):
    """code → state, of a person who fits in everything that is always looked at unless told otherwise."""
    place = HostSite(organization=MTMD, region=QUEBEC, **(site or {}))
    offered = Project(
        **{
            "call": CALL, "site": place, "region": QUEBEC, "job_class": CLERK, "title": "Projet",
            "hours_per_week": Decimal(28), "starts_from": dt.date(2026, 10, 5), **(project or {}),
        }
    )  # fmt: skip
    person = Case(**{"region": QUEBEC, "job_class": CLERK, **(case or {})})
    sought = None
    if profile is not None:
        usual = {
            "hours_least": Decimal(21),
            "hours_most": Decimal(35),
            "available_from": dt.date(2026, 9, 1),
        }
        sought = WorkProfile(region=QUEBEC, **(usual | profile))
    return {each.code: each.fit.value for each in weigh(sought, person, offered, place)}


USUAL = {"job_class": "met", "region": "met", "hours": "met", "availability": "met"}
# profile, case, project, site → what differs from the usual.
TABLE = [
    ({}, {}, {}, {}, {}),
    # job class
    ({}, {"job_class": None}, {}, {}, {"job_class": "unknown"}),
    ({}, {"job_class": DRIVER}, {}, {}, {"job_class": "not_met"}),
    # region
    ({}, {}, {"region": MONTREAL}, {}, {"region": "not_met"}),
    ({"other_regions": "06 12"}, {}, {"region": MONTREAL}, {}, {}),
    ({"other_regions": "12"}, {}, {"region": MONTREAL}, {}, {"region": "not_met"}),
    # hours: the bounds count
    ({}, {}, {"hours_per_week": Decimal(21)}, {}, {}),
    ({}, {}, {"hours_per_week": Decimal("20.5")}, {}, {"hours": "not_met"}),
    ({}, {}, {"hours_per_week": Decimal(35)}, {}, {}),
    ({}, {}, {"hours_per_week": Decimal("35.5")}, {}, {"hours": "not_met"}),
    ({"hours_most": None}, {}, {"hours_per_week": Decimal(60)}, {}, {}),
    ({"hours_least": None}, {}, {"hours_per_week": Decimal(1)}, {}, {}),
    ({"hours_least": None, "hours_most": None}, {}, {}, {}, {"hours": "unknown"}),
    # availability: by the first day, within the call, after it
    ({"available_from": dt.date(2026, 10, 5)}, {}, {}, {}, {}),
    ({"available_from": dt.date(2026, 10, 6)}, {}, {}, {}, {"availability": "unknown"}),
    ({"available_from": dt.date(2027, 3, 31)}, {}, {}, {}, {"availability": "unknown"}),
    ({"available_from": dt.date(2027, 4, 1)}, {}, {}, {}, {"availability": "not_met"}),
    ({"available_from": None}, {}, {}, {}, {"availability": "unknown"}),
    # telework counts when it is needed
    ({"telework": "welcome"}, {}, {"telework": True}, {"telework": "yes"}, {}),
    ({"telework": "not_wanted"}, {}, {"telework": True}, {}, {}),
    ({"telework": "needed"}, {}, {"telework": True}, {"telework": "no"}, {"telework": "met"}),
    ({"telework": "needed"}, {}, {}, {"telework": "yes"}, {"telework": "unknown"}),
    ({"telework": "needed"}, {}, {}, {"telework": "partly"}, {"telework": "unknown"}),
    ({"telework": "needed"}, {}, {}, {"telework": "unknown"}, {"telework": "unknown"}),
    ({"telework": "needed"}, {}, {}, {"telework": "no"}, {"telework": "not_met"}),
    # a mentor, when wanted
    ({"wants_mentor": True}, {}, {"mentor_name": "Andrée"}, {}, {"mentor": "met"}),
    ({"wants_mentor": True}, {}, {}, {}, {"mentor": "not_met"}),
    # each need of the place: yes, in part, not checked, no
    ({"needs_lift": True}, {}, {}, {"lift": "yes"}, {"lift": "met"}),
    ({"needs_lift": True}, {}, {}, {"lift": "partly"}, {"lift": "unknown"}),
    ({"needs_lift": True}, {}, {}, {"lift": "unknown"}, {"lift": "unknown"}),
    ({"needs_lift": True}, {}, {}, {"lift": "no"}, {"lift": "not_met"}),
    ({}, {}, {}, {"lift": "no"}, {}),
    (
        {f"needs_{name}": True for name in WorkProfile.NEEDS},
        {},
        {},
        dict.fromkeys(WorkProfile.NEEDS, "yes"),
        dict.fromkeys(WorkProfile.NEEDS, "met"),
    ),
]


@pytest.mark.parametrize(("profile", "case", "project", "site", "differs"), TABLE)
def test_each_criterion_is_met_not_met_or_to_check(profile, case, project, site, differs):
    assert fits(profile, case=case, project=project, site=site) == USUAL | differs


def test_without_a_profile_only_what_the_case_says_is_known():
    assert fits() == USUAL | {"hours": "unknown", "availability": "unknown"}
    away = fits(project={"region": MONTREAL})
    assert away["region"] == "unknown"


@pytest.mark.parametrize(
    ("least", "most", "words"),
    [
        (None, None, ""),
        (Decimal(21), None, "au moins 21"),
        (None, Decimal("27.5"), "au plus 27,5"),
        (Decimal("21.0"), Decimal(28), "21 à 28"),
    ],
)
def test_the_hours_in_words(least, most, words):
    with translation.override("fr"):
        assert hours_sought(WorkProfile(hours_least=least, hours_most=most)) == words


def test_a_criterion_says_what_is_sought_and_what_is_offered(db):
    place = HostSite(organization=MTMD, region=QUEBEC, lift="partly")
    project = Project(
        call=CALL, site=place, region=MONTREAL, job_class=CLERK, title="Projet",
        hours_per_week=Decimal("35.0"), starts_from=dt.date(2026, 10, 5),
    )  # fmt: skip
    profile = WorkProfile(region=QUEBEC, other_regions="12", needs_lift=True)
    with translation.override("fr"):
        told = {
            each.code: (each.label, each.sought, each.offered)
            for each in weigh(profile, Case(region=QUEBEC, job_class=CLERK), project, place)
        }
    assert told == {
        "job_class": ("Classe d’emplois", "Commis", "Commis"),
        "region": ("Région", "03, 12", "06"),
        "hours": ("Heures par semaine", "", "35"),
        "availability": ("Disponibilité", "", "2026-10-05"),
        "lift": ("Ascenseur", "Nécessaire", "En partie"),
    }


# ------------------------------------------------------------------ the order
@pytest.fixture
def projects(call, world, db):
    """Six projects for somebody who seeks 21 to 35 hours, has needs, and is of region 03."""
    other = JobClass.objects.order_by("code").last()
    for title, fields in {
        "Zénith": {},
        "abeille": {},
        "Été": {},
        "Trop d’heures": {"hours_per_week": Decimal(40)},
        "Deux fois non": {"hours_per_week": Decimal(40), "job_class": other},
        "Fermé": {"status": "filled"},
    }.items():
        a_project(call, world.site_03, title=title, **fields)


def titles(ranking):
    return [row.record.title for row in ranking.rows]


@pytest.mark.django_db
def test_projects_come_by_not_met_then_met_then_title(cast, seeker, projects):
    found = rank_projects(seeker, user=cast["coordinator"])
    assert titles(found) == ["abeille", "Été", "Zénith", "Trop d’heures", "Deux fois non"]
    assert [len(row.not_met) for row in found.rows] == [0, 0, 0, 1, 2]
    assert (found.count, found.is_capped, found.is_partial) == (5, False, False)


@pytest.mark.django_db
def test_more_met_comes_before_more_to_check(cast, seeker, call, world):
    a_project(call, world.site_03, title="A – plus tard", starts_from=dt.date(2026, 8, 3))
    a_project(call, world.site_03, title="B – à temps")
    save_work_profile(seeker, by=cast["coordinator"], available_from=dt.date(2026, 9, 1))
    found = rank_projects(Case.objects.get(pk=seeker.pk), user=cast["coordinator"])
    assert titles(found) == ["B – à temps", "A – plus tard"]


@pytest.mark.django_db
def test_only_projects_within_reach_are_ranked(cast, seeker, project, call, world):
    a_project(call, world.site_06, title="Ailleurs")
    assert titles(rank_projects(seeker, user=cast["coordinator"])) == [project.title]
    assert titles(rank_projects(seeker, user=cast["lead"])) == [project.title, "Ailleurs"]


@pytest.mark.django_db
def test_cases_come_by_not_met_then_met_then_by_the_time_they_waited(cast, world, seeker, project):
    by = cast["coordinator"]
    same = a_seeker(cast, world, last="Aubin", first="Ève")
    fewer = a_seeker(cast, world, last="Bois", first="Léo")
    save_work_profile(same, by=by, hours_least=21, hours_most=35, available_from="2026-09-01")
    save_work_profile(fewer, by=by, hours_least=10, hours_most=20, available_from="2026-09-01")
    unknown = a_seeker(cast, world, last="Caron", first="Mia")
    a_seeker(cast, world, last="Loin", first="Zoé", region="06", by="lead")

    found = rank_cases(project, user=by)

    # The seeker also needs an entrance nobody has checked: as many met as Aubin, decided the same day.
    first = {row.record.participant.last_name for row in found.rows[:2]}
    assert first == {"Gagnon", "Aubin"}
    assert [row.record.pk for row in found.rows[2:]] == [unknown.pk, fewer.pk]


@pytest.mark.django_db
def test_a_case_that_waits_without_matching_is_ranked_but_not_ready(cast, seeker, project):
    assert [row.is_ready for row in rank_cases(project, user=cast["coordinator"]).rows] == [True]
    move_case(seeker, "stop-matching", by=cast["coordinator"], reason="Pause")
    assert [row.is_ready for row in rank_cases(project, user=cast["coordinator"]).rows] == [False]
    moved = Case.objects.get(pk=seeker.pk)
    rows = rank_projects(moved, user=cast["coordinator"]).rows
    assert [row.is_ready for row in rows] == [False]


@pytest.mark.django_db
def test_a_row_knows_the_last_match_of_the_two(stage):
    by = stage.cast["coordinator"]
    (row,) = rank_projects(stage.seeker, user=by).rows
    assert (row.match, row.is_proposed) == (stage.match, True)
    put(stage.match, "not_selected")
    (row,) = rank_cases(stage.project, user=by).rows
    assert (row.match, row.is_proposed) == (stage.match, False)


@pytest.mark.django_db
def test_a_long_list_is_cut_and_says_so(cast, seeker, projects, monkeypatch):
    monkeypatch.setattr(matching, "SHOWN", 2)
    found = rank_projects(seeker, user=cast["coordinator"])
    assert (titles(found), found.count, found.is_capped) == (["abeille", "Été"], 5, True)
    monkeypatch.setattr(matching, "WEIGHED", 3)
    found = rank_projects(seeker, user=cast["coordinator"])
    assert (found.count, found.is_partial) == (3, True)


@pytest.mark.django_db
def test_nothing_is_kept_of_a_ranking(cast, seeker, project):
    before = ChangeSet.objects.count()
    rank_projects(seeker, user=cast["coordinator"])
    rank_cases(project, user=cast["coordinator"])
    assert ChangeSet.objects.count() == before
    kept = {field.name for model in (Match, WorkProfile) for field in model._meta.get_fields()}
    assert not {name for name in kept if "score" in name or "rank" in name or "fit" in name}


@pytest.mark.parametrize("side", ["projects", "cases"])
@pytest.mark.django_db
def test_a_ranking_asks_as_often_for_ten_rows_as_for_one(
    side, cast, world, seeker, project, call, django_assert_num_queries
):
    user = cast["coordinator"]
    loaded = Case.objects.select_related("region", "job_class", "work_profile").get(pk=seeker.pk)
    rank = {
        "projects": lambda: rank_projects(loaded, user=user),
        "cases": lambda: rank_cases(project, user=user),
    }[side]
    # What the person holds, the rows, and the matches already made.
    with django_assert_num_queries(3):
        assert len(rank().rows) == 1
    for number in range(9):
        if side == "projects":
            a_project(call, world.site_03, title=f"Projet {number}")
        else:
            one = a_seeker(cast, world, last=f"Essai {number}")
            save_work_profile(one, by=user, needs_lift=True)
    with django_assert_num_queries(3):
        found = rank()
    assert len(found.rows) == 10
    assert {each.fit for row in found.rows for each in row.criteria} <= set(Fit)
