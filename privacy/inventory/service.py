"""The files about the people who work with the service, and about what is done in it."""

from django.utils.translation import gettext_lazy as _

from auditing.policy import ACCESS_LOG_POLICY, CHANGE_SET_POLICY
from organizations import policy as hosts
from privacy.inventory.files import GUARDED, PERSONS
from privacy.inventory.shape import Held, PersonalFile, Tier
from privacy.policy import (
    ACCESS_REQUEST_POLICY,
    DISCLOSURE_POLICY,
    ERASURE_POLICY,
    LEGAL_HOLD_POLICY,
    REGISTER_POLICY,
)

WORK, TRACE = Tier.WORK, Tier.TRACE
ONESELF = _("The person, and whoever runs the service")
OPERATORS = _("Whoever runs the service")
GRANTS = _("Whoever gives access there")

FILES = (
    PersonalFile(
        code="registers",
        name=_("Registers the law asks for"),
        purpose=_("Answer persons about their information, and account for what happened to it."),
        persons=_("Participants, requesters"),
        source=_("The requester, the privacy officer."),
        security=GUARDED,
        retention=_("At least five years for an incident; the others as the retention rule says."),
        models=(
            Held(
                "privacy.AccessRequest",
                Tier.PERSONAL,
                "participant",
                ACCESS_REQUEST_POLICY,
                collected=True,
            ),
            Held("privacy.Disclosure", Tier.PERSONAL, "participant", DISCLOSURE_POLICY),
            Held("privacy.LegalHold", Tier.PERSONAL, "participant", LEGAL_HOLD_POLICY),
            Held("privacy.Erasure", TRACE, "participant", ERASURE_POLICY),
            Held("privacy.Incident", Tier.PERSONAL, policy=REGISTER_POLICY),
            Held("privacy.Anonymisation", WORK, policy=REGISTER_POLICY),
            Held("privacy.Contact", WORK, readers=_("Everybody: it is published")),
        ),
    ),
    PersonalFile(
        code="hosts",
        name=_("People of host organisations"),
        purpose=_("Know whom to talk to about a place."),
        persons=_("Supervisors, mentors and contacts of host organisations"),
        source=_("The host organisation."),
        security=GUARDED,
        retention=_("As long as the place is offered, then with the placements it held."),
        models=(
            Held("organizations.HostSite", WORK, policy=hosts.SITE_POLICY),
            Held("organizations.Project", WORK, policy=hosts.PROJECT_POLICY),
            Held(
                "organizations.ProjectScore",
                WORK,
                policy=hosts.PROJECT_POLICY,
                action=hosts.Action.READ_SCORES,
            ),
        ),
    ),
    PersonalFile(
        code="accounts",
        name=_("Accounts and access"),
        purpose=_("Know who acts, and let nobody do more than their work asks."),
        persons=_("People who work with the service"),
        source=_("The person, and whoever gives access."),
        security=_(
            "Passwords hashed, second factors encrypted, sessions ended after two hours of rest."
        ),
        retention=_("Accounts are closed, not deleted: the history names them."),
        models=(
            Held("accounts.User", WORK, readers=ONESELF),
            Held("accounts.ApiToken", WORK, readers=ONESELF),
            Held("accounts.Identity", WORK, readers=OPERATORS),
            Held("accounts.RequestCount", TRACE, readers=OPERATORS),
            Held("accounts.SecondFactorState", TRACE, readers=OPERATORS),
            Held("accounts.SignInCount", TRACE, readers=OPERATORS),
            Held("account.EmailAddress", WORK, readers=OPERATORS),
            Held("account.EmailConfirmation", WORK, readers=OPERATORS),
            Held("mfa.Authenticator", WORK, readers=ONESELF),
            Held("usersessions.UserSession", TRACE, readers=ONESELF),
            Held("sessions.Session", TRACE, readers=OPERATORS),
            Held("cases.CalendarFeed", WORK, readers=ONESELF),
            Held("organizations.ProgramGrant", WORK, readers=GRANTS),
            Held("organizations.RegionGrant", WORK, readers=GRANTS),
            Held("organizations.HostOrganizationGrant", WORK, readers=GRANTS),
            Held("organizations.HostSiteGrant", WORK, readers=GRANTS),
        ),
    ),
    PersonalFile(
        code="history",
        name=_("History and access log"),
        purpose=_("Prove who changed and who read what, and when."),
        persons=_("Participants, and the people who work with the service"),
        source=_("The service itself, at each write and each reading."),
        security=_("The database refuses to change or delete them; verified every day."),
        retention=_("As the records they are about; what is erased stays as a fingerprint only."),
        models=(
            Held("audit.ChangeSet", TRACE, policy=CHANGE_SET_POLICY),
            Held("audit.ChangedRow", TRACE, policy=CHANGE_SET_POLICY),
            Held("audit.AccessLog", TRACE, policy=ACCESS_LOG_POLICY),
            Held("audit.IndexTerm", TRACE, readers=OPERATORS),
            Held("audit.IndexEntry", TRACE, readers=OPERATORS),
            Held("audit.VerificationRun", TRACE, readers=OPERATORS),
            Held("admin.LogEntry", TRACE, readers=OPERATORS),
        ),
    ),
    PersonalFile(
        code="passing",
        name=_("What only passes through"),
        purpose=_("Send mail, take in a spreadsheet, answer a repeated request once."),
        persons=PERSONS,
        source=_("The service, or whoever takes in the spreadsheet."),
        security=_("Not shown on any page but to whoever brought it in."),
        retention=_(
            "Mail seven days after it was sent; a repeated request one day; a spreadsheet until it"
            " is taken in."
        ),
        models=(
            Held("outbox.Message", TRACE, readers=OPERATORS),
            Held("idempotency.RememberedRequest", TRACE, readers=OPERATORS),
            Held(
                "cases.ImportUpload", Tier.PERSONAL, readers=_("Whoever brought the spreadsheet in")
            ),
        ),
    ),
)

# Models that hold nothing about anybody.
IMPERSONAL = frozenset(
    {
        "audit.Checkpoint",
        "audit.CheckpointKeyChange",
        "audit.IndexState",
        "auditing.ChecklistQuestion",
        "auditing.SampleQuestion",
        "auth.Group",
        "auth.Group_permissions",
        "auth.Permission",
        "cases.ConsentText",
        "contenttypes.ContentType",
        "guardian.GroupObjectPermission",
        "guardian.UserObjectPermission",
        "keys.DataKey",
        "organizations.Call",
        "organizations.EvaluationCriterion",
        "organizations.FollowUpStep",
        "organizations.HostOrganization",
        "organizations.JobClass",
        "organizations.Program",
        "organizations.ProjectCriterion",
        "organizations.Region",
        "privacy.RetentionRule",
    }
)
