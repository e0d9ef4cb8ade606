"""How a person and a project fit, criterion by criterion: a pure function, the same from either side.

What is not asked for is no criterion. Nothing here is stored, and nothing is added up into a score.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.models import Case, WorkProfile
from organizations.models import HostSite, Project

LABELS = {
    "job_class": gettext_lazy("Job class"),
    "region": gettext_lazy("Region"),
    "hours": gettext_lazy("Hours a week"),
    "availability": gettext_lazy("Availability"),
    "telework": gettext_lazy("Telework"),
    "mentor": gettext_lazy("Mentor"),
}


class Fit(models.TextChoices):
    NOT_MET = "not_met", gettext_lazy("Not met")
    UNKNOWN = "unknown", gettext_lazy("To check")
    MET = "met", gettext_lazy("Met")


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing asked for: what the person needs or looks for, what the project or its site offers."""

    code: str
    fit: Fit
    sought: str
    offered: str

    @property
    def label(self) -> str:
        """What it is about, in the reader’s language."""
        return str(LABELS[self.code]) if self.code in LABELS else need_label(self.code)


def weigh(
    profile: WorkProfile | None, case: Case, project: Project, site: HostSite
) -> tuple[Criterion, ...]:
    """Each criterion of a person for a project. Without a profile, only what the case itself says."""
    found = [_job_class(case, project), _region(profile, case, project)]
    if profile is None:
        unknown = _("Not written yet")
        return (
            *found,
            Criterion("hours", Fit.UNKNOWN, unknown, hours_text(project.hours_per_week)),
            Criterion("availability", Fit.UNKNOWN, unknown, project.starts_from.isoformat()),
        )
    found += [_hours_a_week(profile, project), _availability(profile, project)]
    if profile.telework == WorkProfile.Telework.NEEDED:
        found.append(_telework(project, site))
    if profile.wants_mentor:
        found.append(_mentor(project))
    return (*found, *_access(profile, site))


def _job_class(case: Case, project: Project) -> Criterion:
    if case.job_class_id is None:
        fit = Fit.UNKNOWN
    else:
        fit = Fit.MET if case.job_class_id == project.job_class_id else Fit.NOT_MET
    sought = str(case.job_class or _("Not decided"))
    return Criterion("job_class", fit, sought, str(project.job_class))


def _region(profile: WorkProfile | None, case: Case, project: Project) -> Criterion:
    others = profile.other_regions.split() if profile else []
    if project.region_id == case.region_id or project.region.code in others:
        fit = Fit.MET
    else:
        # Nobody has asked yet whether the person would go elsewhere.
        fit = Fit.UNKNOWN if profile is None else Fit.NOT_MET
    sought = ", ".join([case.region.code, *others])
    return Criterion("region", fit, sought, project.region.code)


def _hours_a_week(profile: WorkProfile, project: Project) -> Criterion:
    least, most, offered = profile.hours_least, profile.hours_most, project.hours_per_week
    if least is None and most is None:
        fit = Fit.UNKNOWN
    else:
        inside = (least is None or offered >= least) and (most is None or offered <= most)
        fit = Fit.MET if inside else Fit.NOT_MET
    return Criterion("hours", fit, hours_sought(profile), hours_text(offered))


def hours_sought(profile: WorkProfile) -> str:
    """“21 to 28”, with the bounds there are; empty when there is none."""
    bounds = {"least": hours_text(profile.hours_least), "most": hours_text(profile.hours_most)}
    if profile.hours_least is None and profile.hours_most is None:
        return ""
    if profile.hours_least is None:
        return _("at most %(most)s") % bounds
    if profile.hours_most is None:
        return _("at least %(least)s") % bounds
    return _("%(least)s to %(most)s") % bounds


def hours_text(number: Decimal | None) -> str:
    """“35” or “27,5”; empty for nothing."""
    if number is None:
        return ""
    return number_format(Decimal(number).normalize(), use_l10n=True).removesuffix(".0")


def _availability(profile: WorkProfile, project: Project) -> Criterion:
    day = profile.available_from
    if day is None:
        fit = Fit.UNKNOWN
    elif day <= project.starts_from:
        fit = Fit.MET
    else:
        # Placements of the call start until its last day: a later start is to be agreed.
        fit = Fit.UNKNOWN if day <= project.call.start_to else Fit.NOT_MET
    return Criterion(
        "availability",
        fit,
        day.isoformat() if day else "",
        project.starts_from.isoformat(),
    )


def _telework(project: Project, site: HostSite) -> Criterion:
    sought = _("Needed")
    if project.telework:
        return Criterion("telework", Fit.MET, sought, _("Offered with the post"))
    # The post does not offer it; where the place could, the host is asked.
    fit = Fit.NOT_MET if site.telework == HostSite.Access.NO else Fit.UNKNOWN
    offered = _("Not with the post; at the site: %(answer)s") % {
        "answer": site.get_telework_display()
    }
    return Criterion("telework", fit, sought, offered)


def _mentor(project: Project) -> Criterion:
    named = bool(project.mentor_name)
    fit = Fit.MET if named else Fit.NOT_MET
    offered = _("Named") if named else _("Nobody is named")
    return Criterion("mentor", fit, _("Wanted"), offered)


_ACCESS = {HostSite.Access.YES: Fit.MET, HostSite.Access.NO: Fit.NOT_MET}


def _access(profile: WorkProfile, site: HostSite) -> Iterator[Criterion]:
    for name in profile.needed:
        yield Criterion(
            name,
            _ACCESS.get(HostSite.Access(getattr(site, name)), Fit.UNKNOWN),
            _("Needed"),
            getattr(site, f"get_{name}_display")(),
        )


def need_label(name: str) -> str:
    """What a place must have, as the pages say it."""
    field: Any = WorkProfile._meta.get_field(f"needs_{name}")
    text = str(field.verbose_name)
    return text[:1].upper() + text[1:]
