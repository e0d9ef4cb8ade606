"""A host without an account evaluates a placement on a telephone, after its link expired and was renewed.

The coordinator sends the link, the service's own outbox carries the new one; nothing is reached behind the
pages but the calendar: what expires in three weeks is made to have expired.
"""

import email
import email.policy
import math
import re
from pathlib import Path

import pytest

# What one step takes somebody who knows what they want to say, and how much of a text is typed in it: thumbs
# write some 38 words a minute, which is nine characters in three seconds.
SECONDS, CHARACTERS = 3, 9
CRITERIA = ("quality", "methods", "autonomy", "learning", "teamwork", "service")
# Expired yesterday, sent long enough ago for a new one to be asked for.
EXPIRE = """
import datetime as dt
from django.utils import timezone
from cases.models import TaskLink
from peph.audit.changes import SYSTEM, change
link = TaskLink.objects.get(recipient_email={recipient!r})
with change(by=SYSTEM, verb="test.expire", case=link.case_id):
    link.sent_at = timezone.now() - dt.timedelta(days=22)
    link.expires_on = timezone.localdate() - dt.timedelta(days=1)
    link.save()
"""
# What of a page does not fit a finger (WCAG 2.2, 2.5.8; 44 px for a button) or the screen. The label of a
# choice answers the finger as its box does.
UNFIT = """(width) => {
  const wrong = [];
  if (document.documentElement.scrollWidth > width) wrong.push("scrolls sideways");
  if (window.innerWidth > width) wrong.push("wider than the screen");
  const height = (node) => Math.round(node.getBoundingClientRect().height);
  const asked = "button, input:not([type=hidden]), textarea, select, summary, #language";
  for (const node of document.querySelectorAll(asked)) {
    if (!node.checkVisibility()) continue;
    const label = ["radio", "checkbox"].includes(node.type) ? node.closest("label") ?? node.labels[0] : null;
    const least = node.tagName === "BUTTON" ? 44 : 24;
    const found = Math.max(height(node), label ? height(label) : 0);
    if (found < least) wrong.push(`${node.name || node.id}: ${found} px`);
  }
  return wrong;
}"""


class Thumb:
    """Somebody's thumb, counted.

    One step is: opening an address, a tap (also the one that enters a field), and every nine characters
    typed, a last part counted whole. Reading and scrolling are not counted: people differ in them.
    """

    def __init__(self, somebody, width: int) -> None:
        self.page, self.width, self.steps = somebody.page, width, 0

    def open(self, address: str) -> int:
        self.steps += 1
        status = self.page.goto(address).status
        self.fits()
        return status

    def tap(self, selector: str) -> None:
        self.steps += 1
        self.page.locator(selector).tap()

    def choose(self, name: str, value: str) -> None:
        self.tap(f'label:has(input[name="{name}"][value="{value}"])')

    def type(self, selector: str, text: str) -> None:
        self.tap(selector)
        self.steps += math.ceil(len(text) / CHARACTERS)
        self.page.keyboard.type(text)

    def fits(self) -> None:
        assert self.page.evaluate(UNFIT, self.width) == [], self.page.url


def send_link(coordinator, name: str, task: str, recipient: str) -> str:
    """The coordinator sends a link from the page of the placement; its address is shown once."""
    page = open_placement(coordinator, name)
    page.click(f"#send-{task}")
    page.fill("input[name=recipient_name]", "Solange Hôte")
    page.fill("input[name=recipient_email]", recipient)
    page.click("main form button.button")
    shown = page.locator("#link-address").inner_text().strip()
    assert shown.startswith(f"{coordinator.address}/link/")
    return shown


def open_placement(coordinator, name: str):
    coordinator.go(f"/placements/?q={name.split()[-1].lower()}")
    coordinator.page.get_by_role("link", name=name).first.click()
    return coordinator.page


def receive(service, folder: Path, recipient: str) -> list[str]:
    """The addresses that reached a mailbox, oldest first, once cron has been by."""
    service.manage("run_due", "--only", "mail", EMAIL_URL=f"filemail:///{folder}")
    messages = [
        email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
        for file in folder.glob("*.eml")
    ]
    sent = [message for message in messages if message["To"] == recipient]
    assert not any("Nadeau" in str(message) or "Ostiguy" in str(message) for message in sent)
    found = {message["Message-ID"]: message.get_content() for message in sent}
    return [re.search(r"http\S+/link/\S+", text).group() for _key, text in sorted(found.items())]


@pytest.mark.parametrize(
    ("width", "name", "kind", "label"),
    [
        (360, "Emmanuel Ostiguy", "final", "Évaluation finale"),
        (320, "Delphine Nadeau", "mid_term", "Évaluation de mi-parcours"),
    ],
)
def test_a_host_without_an_account_evaluates_on_a_telephone(
    person, service, tmp_path, width, name, kind, label
):
    recipient = f"hote-{width}@exemple.qc.ca"
    coordinator = person("coordinator-03")
    first = send_link(coordinator, name, f"evaluate-{kind}", recipient)
    service.manage("shell", "-c", EXPIRE.format(recipient=recipient))

    host = person(None, width=width, phone=True)
    thumb, page = Thumb(host, width), host.page
    assert thumb.open(first) == 410
    assert page.get_by_role("heading", name="Ce lien est expiré").is_visible()
    thumb.tap("#renew")
    page.get_by_role("heading", name="Un nouveau lien est en route").wait_for()
    thumb.fits()
    (new,) = set(receive(service, tmp_path / "mail", recipient)) - {first}

    assert thumb.open(new) == 200
    assert page.get_by_role("heading", name=label, level=1).is_visible()
    # Half of it, and the telephone rings: what was filled in is there again.
    for code in CRITERIA[:3]:
        thumb.choose(f"scores.{code}.level", "3")
    with page.expect_response(lambda answer: "courrier" in (answer.request.post_data or "")):
        thumb.type('[name="objectives"]', "Classe seule le courrier.")
    page.get_by_text(re.compile(r"^Enregistré à")).wait_for()
    page.goto("about:blank")
    thumb.open(new)
    assert page.input_value('[name="objectives"]') == "Classe seule le courrier."
    for code in CRITERIA[:3]:
        assert page.locator(f'input[name="scores.{code}.level"]:checked').input_value() == "3"

    for code in CRITERIA[3:]:
        thumb.choose(f"scores.{code}.level", "2")
    thumb.choose("recommendation", "continue")
    thumb.tap("#send-evaluate")
    page.get_by_role("heading", name="Merci").wait_for()
    thumb.fits()
    assert page.get_by_text("Classe seule le courrier.").is_visible()
    assert thumb.steps <= 40
    assert thumb.steps * SECONDS < 120

    # Neither address opens anything any more.
    for old in (first, new):
        assert page.goto(old).status == 404
        assert page.get_by_role("heading", name="Ce lien n’ouvre rien").is_visible()

    page = open_placement(coordinator, name)
    row = page.locator("table tr").filter(has_text="Solange Hôte").filter(has_text=recipient)
    assert "Réponse donnée" in row.inner_text()
    row = page.locator("table tr").filter(has_text="Solange Hôte").filter(has_not_text=recipient)
    told = row.inner_text()
    assert label in told
    assert "Signée" in told
    assert "Remplie par le programme" not in told


def test_a_report_is_kept_for_later_without_script(person):
    coordinator = person("coordinator-03")
    address = send_link(coordinator, "Gabriel Quirion", "report", "rapport@exemple.qc.ca")
    host = person(None, width=320, script=False, phone=True)
    page = host.page
    page.goto(address)
    assert page.get_by_text("Gabriel Quirion").is_visible()
    assert page.evaluate(UNFIT, 320) == []
    page.fill("input[name=hours_worked]", "210,5")
    page.fill("[name=author_name]", "Solange Hôte, cheffe d’équipe")
    page.fill("[name=progress]", "Apprend vite.")
    page.tap("#save-report")
    page.get_by_text(re.compile(r"^Enregistré à")).wait_for()

    page.goto("about:blank")
    page.goto(address)
    assert page.input_value("input[name=hours_worked]") == "210,5"
    assert page.input_value("[name=progress]") == "Apprend vite."
    page.fill("input[name=hours_absent]", "7")
    page.check("input[name=concern][value=none]")
    page.tap("#send-report")
    page.get_by_role("heading", name="Merci").wait_for()
    assert page.get_by_text("Apprend vite.").is_visible()
    assert page.goto(address).status == 404

    row = open_placement(coordinator, "Gabriel Quirion").locator("main tr")
    told = row.filter(has_text="Apprend vite.").inner_text()
    assert "Solange Hôte, cheffe d’équipe" in told
    assert "Consigné par" not in told
