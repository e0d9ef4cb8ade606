"""Each role signs in and finds its work; every page holds to the same few promises of accessibility."""

import re

import pytest

ROLES = {
    "lead": "en retard",
    "coordinator-03": "en retard",
    "coordinator-01-11": "en retard",
    "host-mtmd": "Stages",
    "supervisor-mtmd-03": "Stages",
    "committee": "projet",
    "auditor": "Historique",
    "auditor-06": "Historique",
    "privacy": "santé",
    "outsider": "accès",
}
# What every page must hold; each entry is what was found wrong.
PROMISES = """() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  if (!document.documentElement.lang) wrong.push("no language");
  if (all("h1").length !== 1) wrong.push("h1: " + all("h1").length);
  if (!document.title) wrong.push("no title");
  if (all("main").length !== 1) wrong.push("main: " + all("main").length);
  let level = 0;
  for (const heading of all("main h1, main h2, main h3, main h4")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) wrong.push("heading skips to " + heading.textContent.trim());
    level = now;
  }
  for (const field of all("input:not([type=hidden]), select, textarea")) {
    if (!field.labels?.length && !field.ariaLabel && !field.getAttribute("aria-labelledby"))
      wrong.push("no label: " + field.name);
  }
  for (const control of all("a[href], button")) {
    if (!control.textContent.trim() && !control.ariaLabel && !control.title)
      wrong.push("no name: " + control.outerHTML.slice(0, 80));
  }
  for (const table of all("table")) {
    if (!table.caption) wrong.push("table without caption");
    if (!table.querySelector("th[scope]")) wrong.push("table without scopes");
  }
  const ids = all("[id]").map((each) => each.id);
  for (const id of ids.filter((each, index) => ids.indexOf(each) !== index)) wrong.push("id twice: " + id);
  if (document.documentElement.scrollWidth > window.innerWidth + 1) wrong.push("scrolls sideways");
  return wrong;
}"""


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("name", ROLES)
def test_each_role_finds_its_first_page(name, width, person):
    somebody = person(name, width=width)
    assert somebody.page.evaluate(PROMISES) == []
    assert somebody.page.get_by_text(re.compile(ROLES[name], re.IGNORECASE)).count() > 0


PAGES = {
    "coordinator-03": [
        "/cases/", "/cases/?q=nadeau", "/cases/new/", "/follow-ups/?when=overdue", "/placements/",
        "/host-organizations/", "/host-sites/", "/imports/new/", "/history/", "/accounts/profile/",
        "/projects/", "/calls/", "/matches/", "/capacity/", "/accommodations/", "/evaluations/",
        "/data-problems/", "/answers/", "/calendar/",
    ],
    "lead": [
        "/grants/", "/grants/new/", "/cases/?region=", "/placements/?current=on", "/projects/",
        "/calls/", "/answers/", "/data-problems/",
    ],
    "host-mtmd": [
        "/placements/", "/host-sites/", "/follow-ups/", "/projects/", "/evaluations/", "/calendar/",
    ],
    "committee": ["/projects/", "/calls/"],
    "auditor": [
        "/history/", "/cases/", "/host-organizations/", "/matches/", "/accommodations/",
        "/evaluations/",
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [320, 1280])
def test_the_other_pages_hold_the_same_promises(name, width, person):
    somebody = person(name, width=width)
    found = {path: somebody.go(path).page.evaluate(PROMISES) for path in PAGES[name]}
    assert found == {path: [] for path in PAGES[name]}


@pytest.mark.parametrize("width", [320, 1280])
def test_a_placement_and_its_case_hold_them_too(width, person):
    somebody = person("coordinator-03", width=width).go("/placements/?q=ostiguy")
    somebody.page.get_by_role("link", name="Emmanuel Ostiguy").first.click()
    somebody.page.wait_for_url(re.compile("/placements/[0-9a-f-]{36}/$"))
    assert somebody.page.evaluate(PROMISES) == []
    somebody.page.locator("main a[href^='/cases/']").first.click()
    somebody.page.wait_for_url(re.compile("/cases/[0-9a-f-]{36}/$"))
    assert somebody.page.evaluate(PROMISES) == []


def test_the_first_key_press_offers_to_skip_to_the_content(person):
    somebody = person("lead")
    somebody.page.keyboard.press("Tab")
    assert somebody.page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_english_is_one_click_away_and_remembered(person):
    somebody = person("lead")
    assert somebody.page.evaluate("document.documentElement.lang") == "fr-ca"
    somebody.leave_by(somebody.page.get_by_role("button", name="English"))
    assert somebody.page.evaluate("document.documentElement.lang") == "en-ca"
    somebody.go("/cases/")
    assert somebody.page.get_by_role("heading", name="Cases", level=1).is_visible()
    somebody.leave_by(somebody.page.get_by_role("button", name="Français"))
    assert somebody.page.evaluate("document.documentElement.lang") == "fr-ca"
