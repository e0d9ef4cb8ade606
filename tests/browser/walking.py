"""Going through the pages by links and buttons, as a person does, minding that no page refuses."""

import re
from typing import Any

# A choice that a test does not care about: the first one offered.
FIRST = "(first)"


class Walker:
    """Somebody who goes by links and buttons, and whom no page may refuse."""

    def __init__(self, somebody: Any) -> None:
        self.somebody, self.page = somebody, somebody.page

    def go(self, path: str) -> "Walker":
        self.somebody.go(path)
        return self._well()

    def press(self, label: str, within: str = "main") -> "Walker":
        """Press the link or the button that begins with these words."""
        name = re.compile(f"^{re.escape(label)}")
        part = self.page.locator(within)
        found = part.get_by_role("link", name=name).or_(part.get_by_role("button", name=name))
        with self.page.expect_navigation():
            found.first.click()
        return self._well()

    def offers(self, label: str) -> bool:
        """Whether the page has such a link or button now."""
        name = re.compile(f"^{re.escape(label)}")
        main = self.page.locator("main")
        found = main.get_by_role("link", name=name).or_(main.get_by_role("button", name=name))
        return bool(found.count())

    def fill(self, **fields: str) -> "Walker":
        """Fill a form in by the names of its fields; `__` stands for the dot of a name."""
        for name, value in fields.items():
            self._fill(name.replace("__", "."), value)
        return self

    def _fill(self, name: str, value: str) -> None:
        field = self.page.locator(f'main form [name="{name}"]')
        kind = field.first.evaluate("each => each.type")
        if kind == "radio":
            self.page.check(f'main form [name="{name}"][value="{value}"]')
        elif kind == "checkbox":
            field.check()
        elif kind == "select-one":
            field.select_option(**({"index": 1} if value == FIRST else {"value": value}))
        else:
            field.fill(value)

    def submit(self, button: str = "") -> "Walker":
        """Send the form of the page, which takes it."""
        if button:
            return self.press(button)
        with self.page.expect_navigation():
            self.page.locator("main form .actions button").first.click()
        return self._well()

    def does(self, move: str, **fields: str) -> "Walker":
        """Take a step that asks for something: its link, its form."""
        return self.press(move).fill(**fields).submit()

    def _well(self) -> "Walker":
        heading = self.page.locator("main h1").inner_text()
        wrong = self.page.locator("main .error-summary, main .conflict")
        assert not wrong.count(), (self.here, heading, wrong.first.inner_text())
        status = self.page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        assert status == 200, (self.here, status, heading)
        return self

    @property
    def here(self) -> str:
        """The path of the page."""
        return self.page.url.removeprefix(self.somebody.address).split("#")[0]

    @property
    def text(self) -> str:
        return self.page.locator("main").inner_text()
