"""The oracle's row of each address: which record stands in it, and which right each method asks for.

Written from the documentation. An address without a row fails the campaign before its first probe.
"""

from dataclasses import dataclass, field

GET = ("get", "head")
WRITES = ("post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    """`needs`: method → right on the record of `kind`, or "at:…" for a role held anywhere.

    `late`: an address that reads the body before it asks for the right, so that nonsense is told first.
    `closed`: what whoever has no part in it at all is told, where it is not that nothing is there.
    """

    kind: str = ""
    needs: dict[str, str] = field(default_factory=dict)
    moves: dict[str, str] = field(default_factory=dict)
    late: bool = False
    closed: str = ""


def on(kind: str, right: str = "view", *, write: str = "", late: bool = False) -> Row:
    needs = dict.fromkeys(GET, right) | dict.fromkeys(WRITES, write or right)
    return Row(kind, needs, late=late)


def at(what: str, write: str = "") -> Row:
    """An address without a record, for whoever holds such a role anywhere."""
    needs = dict.fromkeys(GET, f"at:{what}") | dict.fromkeys(WRITES, f"at:{write or what}")
    return Row("", needs)


def moving(kind: str, moves: dict[str, str]) -> Row:
    return Row(kind, moves=moves)


CASE_MOVES = {
    "start-intake": "edit", "start-review": "edit", "request-documents": "edit",
    "receive-documents": "edit", "admit": "decide", "refuse": "decide", "appeal": "edit",
    "allow-appeal": "decide", "dismiss-appeal": "decide", "start-matching": "edit",
    "stop-matching": "edit", "suspend": "edit", "resume": "edit", "close": "decide",
    "reopen": "decide", "reopen-eligible": "decide",
}  # fmt: skip
PLACEMENT_MOVES = {
    "sign": "sign", "prepare": "edit", "start": "report", "suspend": "edit", "resume": "edit",
    "extend": "edit", "approve-extension": "edit", "refuse-extension": "edit", "complete": "edit",
    "end-early": "edit", "no-show": "report", "cancel": "edit",
}  # fmt: skip
MATCH_MOVES = {
    "send": "edit", "plan-interview": "answer", "hold-interview": "answer", "choose": "answer",
    "turn-down": "answer", "offer": "edit", "accept": "decide", "decline": "edit",
    "withdraw": "edit",
}  # fmt: skip
ACCOMMODATION_MOVES = {
    "accept": "decide", "modify": "decide", "refuse": "decide", "put-in-place": "report",
    "verify": "report", "reconsider": "edit", "give-back": "report", "withdraw": "edit",
}  # fmt: skip
KEY_DATE_MOVES = {"apply": "decide", "refuse": "decide", "withdraw": "take_back"}
PROJECT_MOVES = {
    "submit": "submit", "return": "decide", "withdraw": "submit", "start-review": "decide",
    "select": "decide", "waitlist": "decide", "reject": "decide", "open": "decide",
    "refill": "decide", "complete": "decide", "cancel": "submit",
}  # fmt: skip
CALL_MOVES = dict.fromkeys(
    ("open", "close", "reopen", "start-selection", "publish", "archive"), "edit"
)
# Each signs in the own name; the ministry’s is its representative’s.
SIGNS = {
    "participant": "answer",
    "supervisor": "report",
    "host_coordinator": "sign",
    "program": "edit",
}
SAMPLE_MOVES = {"sign": "edit", "abandon": "edit"}
FINDING_MOVES = {"answer": "answer", "return": "edit", "close": "edit", "withdraw": "edit"}

PAGES = {
    "home": at("account"),
    "cases:case_list": at("account"),
    "cases:case_new": at("officer"),
    "cases:case_detail": on("case"),
    "cases:case_edit": on("case", "edit"),
    "cases:case_transfer": on("case", "decide"),
    "cases:case_move": moving("case", CASE_MOVES),
    "cases:case_timeline": on("case", "notes"),
    "cases:case_access": on("case", "share"),
    "cases:health": on("case", "health", write="edit_health"),
    "cases:note_new": on("case", "edit"),
    "cases:note_edit": on("note", "correct"),
    "cases:follow_up_new": on("case", "edit"),
    "cases:follow_up_list": at("account"),
    "cases:follow_up_done": on("follow_up", "edit"),
    "cases:follow_up_edit": on("follow_up", "edit"),
    "cases:participant_detail": on("participant"),
    "cases:participant_edit": on("participant", "edit"),
    "cases:consent_new": on("participant", "edit"),
    "cases:consent_withdraw": on("consent", "edit"),
    "cases:placement_new": on("case", "decide"),
    "cases:signature_new": on("placement", "sign"),
    "cases:problem_list": at("officer_or_watcher"),
    "cases:problem_dismiss": Row("nothing"),
    "cases:problem_restore": Row("nothing"),
    "cases:placement_list": at("account"),
    "cases:placement_detail": on("placement"),
    "cases:placement_edit": on("placement", "update"),
    "cases:placement_move": moving("placement", PLACEMENT_MOVES),
    "cases:link_new": on("placement", "edit"),
    "cases:link_address": on("link", "edit"),
    "cases:link_renew": on("link", "edit"),
    "cases:link_revoke": on("link", "edit"),
    "cases:answers": at("officer_or_watcher"),
    "cases:work_profile_edit": on("case", "edit"),
    "cases:case_projects": on("case", "decide"),
    "cases:match_new": on("case", "edit"),
    "cases:project_candidates": on("project", "fill"),
    "cases:match_list": at("account"),
    "cases:match_detail": on("match"),
    "cases:match_move": moving("match", MATCH_MOVES),
    "cases:capacity": at("capacity"),
    "cases:accommodation_list": at("account"),
    "cases:accommodation_new": on("case", "edit"),
    "cases:accommodation_new_here": on("placement", "edit"),
    "cases:accommodation_detail": on("accommodation"),
    "cases:accommodation_edit": on("accommodation", "edit"),
    "cases:accommodation_move": moving("accommodation", ACCOMMODATION_MOVES),
    "cases:document_list": on("case"),
    "cases:document_new": on("case", "edit"),
    "cases:document_detail": on("document"),
    "cases:document_content": on("document"),
    "cases:document_replace": on("document", "edit"),
    "cases:document_withdraw": on("document", "edit"),
    "cases:outcome_new": on("placement", "edit"),
    "cases:outcome_edit": on("outcome", "edit"),
    "cases:case_key_date_ask": on("case", "edit"),
    "cases:placement_key_date_ask": on("placement", "edit"),
    "cases:key_date_list": at("reader"),
    "cases:key_date_detail": on("key_date_change"),
    "cases:key_date_move": moving("key_date_change", KEY_DATE_MOVES),
    "cases:evaluation_list": at("account"),
    "cases:evaluation_new": on("placement", "evaluate"),
    "cases:evaluation_detail": on("evaluation"),
    "cases:evaluation_edit": on("evaluation", "edit"),
    "cases:evaluation_answer": on("evaluation", "answer"),
    "cases:evaluation_discard": on("evaluation", "edit"),
    "cases:reminder_pause_new": on("placement", "pause"),
    "cases:reminder_pause_end": on("pause", "edit"),
    "cases:calendar": at("account"),
    "cases:calendar_revoke": at("account"),
    "cases:placement_agreement": on("placement"),
    "cases:objective_new": on("placement", "report"),
    "cases:objective_edit": on("objective", "edit"),
    "cases:report_new": on("placement", "report"),
    "cases:report_edit": on("report", "edit"),
    "cases:import_new": at("officer"),
    "cases:import_preview": Row("upload", closed="at:officer"),
    "cases:import_confirm": Row("upload", closed="at:officer"),
    "cases:import_problems": Row("upload", closed="at:officer"),
    "cases:import_discard": Row("upload", closed="at:officer"),
    "auditing:change_set_list": at("account"),
    "auditing:change_set_detail": on("change_set"),
    "auditing:change_set_export": at("account"),
    "auditing:case_as_of": on("case", "audit"),
    "auditing:record_as_of": on("tracked"),
    "auditing:record_history": on("tracked"),
    "auditing:access_log": at("watcher"),
    "auditing:access_log_unusual": at("watcher"),
    "auditing:participant_accesses": on("participant", "audit"),
    "auditing:sample_list": at("account"),
    "auditing:sample_choose": at("auditor"),
    "auditing:sample_new": at("auditor"),
    "auditing:sample_detail": on("sample"),
    "auditing:sample_redraw": on("sample"),
    "auditing:sample_report": on("sample"),
    "auditing:sample_export": on("sample"),
    "auditing:sample_move": moving("sample", SAMPLE_MOVES),
    "auditing:item_detail": on("sample", write="edit"),
    "auditing:finding_new": on("sample", "edit"),
    "auditing:finding_list": at("account"),
    "auditing:finding_detail": on("finding"),
    "auditing:finding_edit": on("finding", "edit"),
    "auditing:finding_move": moving("finding", FINDING_MOVES),
    "auditing:question_list": at("watcher"),
    "auditing:question_new": at("lead"),
    "auditing:question_edit": on("question", "edit"),
    "auditing:proof": at("prover"),
    "auditing:proof_verify": at("prover"),
    "auditing:checkpoint_note": at("prover"),
    "organizations:organization_list": at("account"),
    "organizations:organization_detail": on("organization"),
    "organizations:organization_edit": on("organization", "edit"),
    "organizations:site_new": on("organization", "open_site"),
    "organizations:site_list": at("account"),
    "organizations:site_detail": on("site"),
    "organizations:site_edit": on("site", "edit"),
    "organizations:project_new": on("site", "edit"),
    "organizations:project_list": at("account"),
    "organizations:project_detail": on("project"),
    "organizations:project_edit": on("project", "edit"),
    "organizations:project_score": on("project", "score"),
    "organizations:project_move": moving("project", PROJECT_MOVES),
    "organizations:call_list": at("account"),
    "organizations:call_new": at("lead"),
    "organizations:call_detail": on("call"),
    "organizations:call_edit": on("call", "edit"),
    "organizations:call_move": moving("call", CALL_MOVES),
    "organizations:grant_list": at("lead"),
    "organizations:grant_new": at("lead"),
    "organizations:grant_transfer": at("lead"),
    "organizations:grant_extend": at("lead"),
    "organizations:grant_end": at("lead"),
}


def _noun(name: str, kind: str, moves: dict[str, str] | None = None, **rows: Row) -> dict[str, Row]:
    """The addresses of one noun of the API: list, one record, its moves, its life."""
    found = {f"api-{name}-list": at("account"), f"api-{name}-detail": on(kind)}
    found |= {f"api-{name}-{move}": on(kind, right) for move, right in (moves or {}).items()}
    return found | {f"api-{name}-{part.replace('_', '-')}": row for part, row in rows.items()}


def _life(kind: str) -> dict[str, Row]:
    return {"as_of": on(kind, "audit"), "history": on(kind, "audit")}


API = {
    **_noun("region", "region"),
    **_noun("job-class", "job_class"),
    **_noun("host-organization", "organization", detail=on("organization", write="edit")),
    **_noun("host-site", "site", detail=on("site", write="edit")),
    **{
        f"api-grant-{part}": at("lead") for part in ("list", "detail", "transfer")
    },
    **_noun("call", "call", CALL_MOVES, detail=on("call", write="edit")),
    **_noun(
        "project", "project", PROJECT_MOVES,
        detail=on("project", write="edit"),
        scores=on("project", "read_scores", write="score"),
        suggestions=on("project", "fill"),
    ),
    **_noun("participant", "participant", detail=on("participant", write="edit"),
            **_life("participant")),
    **_noun("consent", "consent", withdraw=on("consent", "edit", late=True)),
    **_noun("consent-text", "consent_text"),
    **_noun(
        "case", "case", CASE_MOVES,
        detail=on("case", write="edit"),
        grants=on("case", "share"),
        grant=on("case", "share"),
        health=on("case", "health", write="edit_health"),
        timeline=on("case", "notes"),
        transfer=on("case", "decide", late=True),
        suggestions=on("case", "decide"),
        work_profile=on("case", "personal", write="edit"),
        as_of_whole=on("case", "audit"),
        **_life("case"),
    ),
    **_noun("match", "match", MATCH_MOVES, **_life("match")),
    "api-capacity": at("capacity"),
    "api-answers": at("officer_or_watcher"),
    **_noun(
        "placement", "placement", PLACEMENT_MOVES,
        detail=on("placement", write="update"),
        presence=on("placement"),
        signatures=on("placement", "sign", late=True),
        **_life("placement"),
    ),
    "api-data-problem-list": at("officer_or_watcher"),
    "api-data-problem-dismissals": at("account"),
    "api-data-problem-dismissal": Row("nothing"),
    **_noun("accommodation", "accommodation", ACCOMMODATION_MOVES,
            detail=on("accommodation", write="edit"), **_life("accommodation")),
    **_noun("objective", "objective", detail=on("objective", write="edit"), **_life("objective")),
    **_noun("report", "report", detail=on("report", write="edit"), **_life("report")),
    **_noun("follow-up", "follow_up", detail=on("follow_up", write="edit"),
            done=on("follow_up", "edit", late=True)),
    **_noun(
        "evaluation", "evaluation",
        detail=on("evaluation", write="edit"),
        sign=on("evaluation", "edit", late=True),
        answer=on("evaluation", "answer", late=True),
        **_life("evaluation"),
    ),
    **_noun("awaited-evaluation", "awaited"),
    **_noun("reminder-pause", "pause", end=on("pause", "edit"), **_life("pause")),
    "api-calendar-feed": at("account"),
    **_noun("note", "note", detail=on("note", write="correct", late=True)),
    **_noun(
        "link", "link",
        address=on("link", "edit"), renew=on("link", "edit"), revoke=on("link", "edit"),
        **_life("link"),
    ),
    **_noun("document", "document", content=on("document"),
            withdraw=on("document", "edit", late=True), **_life("document")),
    **_noun("outcome", "outcome", detail=on("outcome", write="edit"), **_life("outcome")),
    **_noun("key-date-change", "key_date_change", KEY_DATE_MOVES, **_life("key_date_change")),
    **_noun("change-set", "change_set", export=at("account")),
    "api-access-log-list": at("watcher"),
    **_noun(
        "sample", "sample", SAMPLE_MOVES,
        item=on("sample", write="edit"), redraw=on("sample"),
    ),
    **_noun("finding", "finding", FINDING_MOVES, detail=on("finding", write="edit")),
    "api-proof": at("prover"),
    "api-proof-verify": at("prover"),
    "api-proof-receipt": at("prover"),
    "api_schema": at("account"),
    "api_docs": at("account"),
}  # fmt: skip
ROWS = PAGES | API
