"""How registers and requests read in the API; here the names of their choices."""

from peph.api_schema import name_choices
from privacy.models import AccessRequest, Disclosure, Incident
from privacy.workflow import IncidentState, RequestState, SeriousRisk

name_choices(
    AccessRequestKind=AccessRequest.Kind.choices,
    RequesterQuality=AccessRequest.Quality.choices,
    AccessRequestState=RequestState.choices,
    DisclosureBasis=Disclosure.Basis.choices,
    IncidentKind=Incident.Kind.choices,
    IncidentState=IncidentState.choices,
    SeriousRisk=SeriousRisk.choices,
)
