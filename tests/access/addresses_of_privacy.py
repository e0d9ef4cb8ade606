"""The rows of registers, access requests, a person's data, retention and erasures."""

from tests.access.rows import Row, at, moving, noun, on

REQUEST_MOVES = dict.fromkeys(
    ("extend", "grant", "grant-in-part", "refuse", "withdraw", "reopen"), "edit"
)
INCIDENT_MOVES = dict.fromkeys(("assess", "notify", "close", "reopen"), "edit")
# Never by whoever proposed it; called back by either of the two.
ERASURE_MOVES = {"approve": "approve", "refuse": "approve", "call-back": "decide"}

PAGES = {
    # Leads to the register with a clock, which then says whether one may.
    "privacy:registers": at("account"),
    "privacy:register": at("register"),
    "privacy:entry_new": at("keeper"),
    "privacy:register_print": at("register"),
    "privacy:register_export": at("register"),
    # Whoever has no part in the registers learns nothing of what is in them.
    "privacy:entry_detail": on("access_request", closed="at:register"),
    "privacy:entry_edit": on("access_request", "edit", closed="at:register"),
    "privacy:entry_move": Row("access_request", moves=REQUEST_MOVES, closed="at:register"),
    "privacy:inventory": at("register"),
    "privacy:inventory_export": at("register"),
    "privacy:contact": at("keeper"),
    "privacy:person_data": on("participant", "hand_over"),
    "privacy:person_data_download": on("participant", "hand_over"),
    "privacy:policy": Row(public=True),
    "privacy:accessibility": Row(public=True),
    "privacy:due_list": at("register"),
    "privacy:retention_rule_list": at("register"),
    "privacy:retention_rule_edit": on("retention_rule", "edit"),
    "privacy:legal_hold_list": at("register"),
    "privacy:legal_hold_new": on("participant", "hold"),
    "privacy:legal_hold_lift": on("legal_hold", "edit"),
    "privacy:erasure_list": at("register"),
    "privacy:erasure_detail": on("erasure"),
    "privacy:erasure_move": moving("erasure", ERASURE_MOVES),
    "privacy:erasure_new": on("participant", "propose"),
}
API = {
    **noun("disclosure", "disclosure", detail=on("disclosure", write="edit", late=True)),
    **noun("incident", "incident", INCIDENT_MOVES, detail=on("incident", write="edit", late=True)),
    **noun("anonymisation", "anonymisation",
           detail=on("anonymisation", write="edit", late=True)),
    **noun("access-request", "access_request", REQUEST_MOVES,
           detail=on("access_request", write="edit", late=True)),
    "api-participant-data": on("participant", "hand_over"),
    **noun("retention-rule", "retention_rule", detail=on("retention_rule", write="edit")),
    "api-retention-due-list": at("account"),
    **noun("legal-hold", "legal_hold", list=at("account", write="holder"),
           lift=on("legal_hold", "edit")),
    **noun("erasure", "erasure", ERASURE_MOVES, list=at("account", write="keeper")),
}  # fmt: skip
