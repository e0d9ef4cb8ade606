"""Addresses of the protection of personal information, a list for each screen."""

from django.urls import path, register_converter

from privacy.views import inventory, person_data, public, registers
from privacy.views.register_words import REGISTERS

app_name = "privacy"


class RegisterCode:
    """The registers there are."""

    regex = "|".join(REGISTERS)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(RegisterCode, "register")

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

urlpatterns = [*REGISTER_PAGES, *PERSON_DATA, *INVENTORY, *PUBLIC]
