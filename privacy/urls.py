"""Addresses of the protection of personal information, a list for each screen."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from privacy.views import erasures, inventory, person_data, public, registers, retention
from privacy.views.register_words import REGISTERS
from privacy.workflow import ERASURE_WORKFLOW

app_name = "privacy"


class ErasureMove(StringConverter):
    """Only the moves that people are offered have an address."""

    regex = "|".join(ERASURE_WORKFLOW.offered_names)


class RegisterCode(ErasureMove):
    """The registers there are."""

    regex = "|".join(REGISTERS)


register_converter(ErasureMove, "erasure_move")
register_converter(RegisterCode, "register")

RETENTION = [
    path("retention/", retention.due_list, name="due_list"),
    path("retention/rules/", retention.retention_rule_list, name="retention_rule_list"),
    path("retention/rules/<uuid:pk>/", retention.retention_rule_edit, name="retention_rule_edit"),
    path("retention/holds/", retention.legal_hold_list, name="legal_hold_list"),
    path("retention/holds/<uuid:pk>/lift/", retention.legal_hold_lift, name="legal_hold_lift"),
    path("participants/<uuid:pk>/legal-hold/", retention.legal_hold_new, name="legal_hold_new"),
]

ERASURES = [
    path("retention/erasures/", erasures.erasure_list, name="erasure_list"),
    path("retention/erasures/<uuid:pk>/", erasures.erasure_detail, name="erasure_detail"),
    path(
        "retention/erasures/<uuid:pk>/<erasure_move:name>/",
        erasures.erasure_move,
        name="erasure_move",
    ),
    path("participants/<uuid:pk>/erasure/", erasures.erasure_new, name="erasure_new"),
]

REGISTER, ENTRY = "registers/<register:code>/", "registers/<register:code>/<uuid:pk>/"
REGISTER_PAGES = [
    path("registers/", registers.registers, name="registers"),
    path(REGISTER, registers.register_list, name="register"),
    path(f"{REGISTER}new/", registers.entry_new, name="entry_new"),
    path(f"{REGISTER}print/", registers.register_print, name="register_print"),
    path(f"{REGISTER}export/<slug:format>/", registers.register_export, name="register_export"),
    path(ENTRY, registers.entry_detail, name="entry_detail"),
    path(f"{ENTRY}edit/", registers.entry_edit, name="entry_edit"),
    path(f"{ENTRY}move/<slug:name>/", registers.entry_move, name="entry_move"),
]
PERSON_DATA = [
    path("participants/<uuid:pk>/data/", person_data.person_data, name="person_data"),
    path(
        "participants/<uuid:pk>/data/<slug:format>/",
        person_data.person_data_download,
        name="person_data_download",
    ),
]
INVENTORY = [
    path("inventory/", inventory.inventory, name="inventory"),
    path("inventory/export/<slug:format>/", inventory.inventory_export, name="inventory_export"),
]
PUBLIC = [
    path("privacy/", public.privacy_policy, name="policy"),
    path("accessibility/", public.accessibility, name="accessibility"),
    path("privacy/contact/", public.contact_edit, name="contact"),
]

urlpatterns = [
    *REGISTER_PAGES,
    *PERSON_DATA,
    *INVENTORY,
    *PUBLIC,
    *RETENTION,
    *ERASURES,
]
