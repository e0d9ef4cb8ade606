"""Passkeys in a real browser: made, used alone and after the password, removed; and the end of a session."""

import re

from tests.browser.conftest import PASSWORD
from tests.browser.test_first_pages import PROMISES

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_authenticator(somebody):
    """Give the browser a device that keeps passkeys; they work under a name, not under a number."""
    somebody.address = somebody.address.replace("127.0.0.1", "localhost")
    devtools = somebody.page.context.new_cdp_session(somebody.page)
    devtools.send("WebAuthn.enable")
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    return devtools, made["authenticatorId"]


def confirm(somebody):
    """The password once more, where a page asks for it."""
    somebody.page.fill("main input[name=password]", PASSWORD)
    somebody.page.click("main form button")


def sign_out(somebody):
    somebody.go("/accounts/logout/")
    somebody.page.click("main form button")
    somebody.page.wait_for_url(re.compile("/accounts/login/"))


def test_a_passkey_is_made_signs_in_alone_and_as_a_second_step(person):
    somebody = person(None, width=320)
    page = somebody.page
    with_authenticator(somebody)
    somebody.sign_in("outsider")

    somebody.go("/accounts/second-factor/passkeys/new/")
    confirm(somebody)
    page.wait_for_url(re.compile("/passkeys/new/"))
    assert page.evaluate(PROMISES) == []
    page.fill("input[name=name]", "Téléphone")
    page.click("main form .button >> nth=0")
    page.wait_for_url(re.compile("/recovery-codes/"))
    assert page.locator(".codes code").count() == 10
    assert page.evaluate(PROMISES) == []
    with page.expect_download() as kept:
        page.click("a[download]")
    assert kept.value.suggested_filename == "codes-de-recuperation.txt"
    assert len(re.findall(r"^\d{8}$", kept.value.path().read_text(), re.MULTILINE)) == 10
    somebody.go("/accounts/second-factor/")
    assert somebody.sees("Téléphone")
    assert page.evaluate(PROMISES) == []

    sign_out(somebody)
    page.get_by_role("button", name="clé d’accès").click()
    page.wait_for_url(f"{somebody.address}/")

    sign_out(somebody)
    page.fill("input[name=login]", "outsider")
    page.fill("input[name=password]", PASSWORD)
    page.click("main form button")
    page.wait_for_url(re.compile("/second-factor/code/"))
    assert page.evaluate(PROMISES) == []
    page.get_by_role("button", name="Utiliser une clé d’accès").click()
    page.wait_for_url(f"{somebody.address}/")

    somebody.go("/accounts/sessions/")
    assert page.evaluate(PROMISES) == []

    # As the others find the account.
    somebody.go("/accounts/second-factor/")
    page.get_by_role("link", name="Retirer").click()
    confirm(somebody)
    page.wait_for_url(re.compile("/remove/"))
    page.click("main form button")
    page.wait_for_url(re.compile("/second-factor/$"))
    assert not somebody.sees("Codes de récupération")


def test_a_browser_that_gives_no_passkey_is_told_so_and_another_way_is_there(person):
    somebody = person(None)
    devtools, authenticator = with_authenticator(somebody)
    devtools.send(
        "WebAuthn.setUserVerified", {"authenticatorId": authenticator, "isUserVerified": False}
    )
    somebody.go("/accounts/login/")
    somebody.page.get_by_role("button", name="clé d’accès").click()
    somebody.page.get_by_text("La clé d’accès n’a pas été fournie").wait_for()
    assert somebody.page.locator("input[name=password]").is_visible()


def test_the_page_of_an_application_fits_a_telephone_and_works_without_script(person):
    somebody = person("privacy", width=320, script=False)
    somebody.go("/accounts/second-factor/application/new/")
    confirm(somebody)
    assert somebody.page.locator("svg.qr-code").bounding_box()["width"] <= 300
    assert somebody.page.evaluate(PROMISES) == []


def test_one_is_warned_before_the_session_ends_and_stays_by_the_keyboard(person):
    somebody = person("committee")
    page = somebody.page
    page.clock.install()
    left = [240, 7200]
    page.route(
        re.compile("/accounts/stay/"), lambda route: route.fulfill(json={"seconds": left.pop(0)})
    )
    somebody.go("/accounts/profile/")
    assert not somebody.sees("Garder la session ouverte")
    page.clock.run_for(61_000)
    button = page.get_by_role("button", name="Garder la session ouverte")
    button.wait_for()
    assert "cinq minutes" in page.locator("[data-session-status]").text_content()
    button.focus()
    page.keyboard.press("Enter")
    button.wait_for(state="hidden")
