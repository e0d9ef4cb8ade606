"""The part of a case’s page about audit findings, for whoever answers them or noted them."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from auditing.models import Finding
from cases.models import Case
from cases.views import case_page
from cases.views.sections import Section


def register() -> None:
    """Called once at start-up."""
    case_page.register(findings_of_case)


def findings_of_case(request: HttpRequest, case: Case) -> Section | None:
    """The findings about a case that the reader may see; no title where there are none."""
    seen = Finding.objects.visible_to(request.user).with_abilities(request.user)
    findings = list(seen.standing().filter(case=case).with_people().order_by("state", "number"))
    if not findings:
        return None
    return Section(
        name="findings",
        title=_("Audit findings"),
        template="auditing/_section_findings.html",
        shown={"findings": findings},
    )
