"""How the API shows and reads the participant side, one file a noun; here the names of its choices."""

from cases.models import (
    STEPS,
    Accommodation,
    Consent,
    Document,
    Evaluation,
    FollowUp,
    KeyDate,
    Objective,
    Outcome,
    Participant,
    Signature,
    TaskLink,
    WorkProfile,
)
from cases.models.documents import Readiness
from cases.services.fit import Fit
from cases.services.readiness import ReadinessState
from cases.workflow import (
    AccommodationStatus,
    CaseStatus,
    ClosureReason,
    EndedBy,
    KeyDateChangeStatus,
    MatchStatus,
    PlacementStatus,
    RefusalReason,
)
from organizations.models import FollowUpStep
from peph.api_schema import name_choices

name_choices(
    AccommodationStatus=AccommodationStatus.choices,
    AccommodationKind=Accommodation.Kind.choices,
    AccommodationFunding=Accommodation.Funding.choices,
    ReadinessState=ReadinessState.choices,
    CaseStatus=CaseStatus.choices,
    ClosureReason=ClosureReason.choices,
    PlacementStatus=PlacementStatus.choices,
    EndedBy=EndedBy.choices,
    MatchStatus=MatchStatus.choices,
    RefusalReason=RefusalReason.choices,
    TeleworkWish=WorkProfile.Telework.choices,
    FunctionalNeed=[(name, name) for name in WorkProfile.NEEDS],
    CriterionFit=Fit.choices,
    SignatureRole=Signature.Role.choices,
    SignatureMeans=Signature.Means.choices,
    CorrespondenceLanguage=Participant.Language.choices,
    ContactMode=Participant.ContactMode.choices,
    ConsentPurpose=Consent.Purpose.choices,
    ConsentMeans=Consent.Means.choices,
    FollowUpKind=FollowUpStep.Kind.choices,
    FollowUpMode=FollowUp.Mode.choices,
    LinkTask=TaskLink.Task.choices,
    LinkState=TaskLink.State.choices,
    FollowUpConcern=FollowUp.Concern.choices,
    ObjectiveState=Objective.State.choices,
    DocumentKind=Document.Kind.choices,
    DocumentReadiness=Readiness.choices,
    DocumentAudience=Document.Audience.choices,
    KeyDate=KeyDate.choices,
    KeyDateChangeStatus=KeyDateChangeStatus.choices,
    OutcomeMoment=Outcome.Moment.choices,
    OutcomeSituation=Outcome.Situation.choices,
    OutcomeSource=Outcome.Source.choices,
    EvaluationKind=Evaluation.Kind.choices,
    EvaluationState=Evaluation.State.choices,
    EvaluationRecommendation=Evaluation.Recommendation.choices,
    EvaluationAnswer=Evaluation.Answer.choices,
    ScheduledEvaluationKind=[(kind.value, kind.label) for kind in STEPS],
)
