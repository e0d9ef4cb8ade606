"""The common look: each component alone, forms drawn with ids that fit, tags."""

import datetime as dt
import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.template import Context, Engine, RequestContext
from django.test import RequestFactory
from django.utils import translation

from peph.forms import DateInput, Renderer
from peph.paging import Page
from tests import BASE_DIR

TEMPLATES = BASE_DIR / "templates"


class Undefined(str):
    """Stands for a variable that does not exist, and fails the test that shows it."""

    def __contains__(self, item):
        return True  # Django then asks for the name with %

    def __mod__(self, name):
        pytest.fail(f"undefined variable: {name}")


@pytest.fixture
def strict():
    """An engine as the pages have it, less its tolerance."""
    options = settings.TEMPLATES[0]["OPTIONS"]
    return Engine(
        dirs=[TEMPLATES, Path(forms.__file__).parent / "templates"],
        app_dirs=True,
        builtins=options["builtins"],
        libraries={"i18n": "django.templatetags.i18n", "static": "django.templatetags.static"},
        context_processors=options["context_processors"],
        string_if_invalid=Undefined("%s"),
    )


def request_of(user=None, path="/cases/?status=open&cursor=abc"):
    request = RequestFactory().get(path)
    request.user = user or AnonymousUser()
    return request


class Sample(forms.Form):
    name = forms.CharField(label="Name", help_text="As in the <b>register</b>.")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)
    day = forms.DateField(label="Day", widget=DateInput)
    colour = forms.ChoiceField(
        label="Colour", choices=[("r", "Red"), ("b", "Blue")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="I agree")
    secret = forms.CharField(widget=forms.HiddenInput, initial="s")


WRONG = {"name": "", "day": "31/12/2026", "secret": "s"}
LONE = {  # file → what it needs, what must be in it
    "alert": ({"text": "Saved.", "tone": "success"}, ["alert-success", "Saved.", "aria-label"]),
    "breadcrumbs": (
        {"items": [("Cases", "/cases/"), ("2026-7K3QF-4", "")]},
        ['href="/cases/"', '<span aria-current="page">2026-7K3QF-4</span>'],
    ),
    "button_form": (
        {"url": "/go/", "label": "Go", "csrf_token": "t0k"},
        ['action="/go/"', 'value="t0k"', ">Go</button>"],
    ),
    "conflict": (
        {"conflict": "Look again.", "differences": [("Phone", "418 555-0001", "418 555-0002")]},
        ['role="alert"', "Look again.", "<td>418 555-0001</td>", "<td>418 555-0002</td>"],
    ),
    "definition_list": (
        {"items": [("Name", "Léa"), ("Phone", ""), ("Children", 0)]},
        ["<dt>Name</dt>", "<dd>Léa</dd>", 'class="missing"', "<dd>0</dd>"],
    ),
    "empty": ({"title": "Nothing here"}, ["Nothing here"]),
    "error_summary": (
        {"form": Sample(WRONG)},
        ['href="#id_name"', 'href="#id_colour_0"', 'tabindex="-1"', 'role="alert"'],
    ),
    "field": ({"field": Sample(WRONG)["name"]}, ['for="id_name"', 'id="id_name"']),
    "filters": ({"form": Sample()}, ['method="get"', 'role="search"', 'id="id_name"']),
    "kept_moves": (
        {"moves": [{"step": {"label": "Admit"}, "why": "No consent yet."}]},
        ["<dt>Admit</dt>", "<dd>No consent yet.</dd>"],
    ),
    "pagination": (
        {"page": Page([], next="NEXT", previous=None), "label": "Pages"},
        ['href="?status=open&amp;cursor=NEXT"', 'rel="next"'],
    ),
    "session_notice": (
        {"idle": 7200, "idle_text": "2 hours"},
        ['data-seconds="7200"', "<noscript>", 'role="status"', '<button type="button"', " hidden>"],
    ),
    "table": (
        {"content": "", "caption": "Cases", "name": "cases", "hide_caption": False},
        [
            'aria-labelledby="cases-caption"',
            '<caption id="cases-caption"><span>Cases</span></caption>',
        ],
    ),
}


def test_each_component_is_in_this_table():
    assert {path.stem for path in (TEMPLATES / "components").glob("*.html")} == set(LONE)


@pytest.mark.parametrize("name", LONE)
def test_a_component_shows_what_it_is_given_and_needs_nothing_else(strict, name):
    needs, expected = LONE[name]
    page = strict.from_string(
        f'{{% include "components/{name}.html" with {" ".join(f"{n}=given.{n}" for n in needs)} only %}}'
    ).render(RequestContext(request_of(), {"given": needs}))
    for part in expected:
        assert part in page, page


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("components/*.html")), ids=lambda p: p.stem)
def test_a_component_says_what_it_needs_and_has_no_style_or_script_of_its_own(path):
    text = path.read_text()
    assert text.startswith("{# ")
    assert "Needs: " in text or "Needs nothing" in text
    assert not re.search(r"<script|<style|\sstyle=|\son[a-z]+=|https?://", text)


def test_no_page_asks_anything_of_another_server_or_carries_its_own_style():
    for path in TEMPLATES.rglob("*.html"):
        assert not re.search(
            r"<style|\sstyle=|\son[a-z]+=|(src|href)=\"(https?:)?//", path.read_text()
        ), path


def test_a_button_that_is_hard_to_undo_carries_its_question(strict):
    given = {
        "url": "/go/",
        "label": "Delete",
        "csrf_token": "t",
        "confirm": "Sure?",
        "tone": "danger",
    }
    page = strict.get_template("components/button_form.html").render(Context(given))
    assert 'data-confirm="Sure?"' in page
    assert 'data-confirm-yes="Delete"' in page
    assert 'class="button button-danger"' in page


# ------------------------------------------------------------------ forms
def drawn(form):
    return Renderer().render(form.template_name, form.get_context())


def test_the_project_draws_forms_with_its_own_templates():
    assert settings.FORM_RENDERER == "peph.forms.Renderer"
    assert str(Sample()) == drawn(Sample())


def test_each_control_has_a_label_and_the_ids_it_names_exist():
    for form in (Sample(), Sample(WRONG)):
        page = drawn(form)
        ids = re.findall(r'\sid="([^"]+)"', page)
        assert len(ids) == len(set(ids))
        for attribute in ("for", "aria-describedby", "aria-labelledby"):
            for value in re.findall(rf'\s{attribute}="([^"]+)"', page):
                assert set(value.split()) <= set(ids), (attribute, value)
        for target in re.findall(r'href="#([^"]+)"', page):
            assert target in ids
        labelled = set(re.findall(r'\sfor="([^"]+)"', page))
        controls = re.findall(r'<(?:input|textarea|select)\b[^>]*\sid="([^"]+)"', page)
        assert set(controls) - labelled == {"id_secret"}


def test_a_field_in_error_says_so_to_eyes_and_ears():
    page = drawn(Sample(WRONG))
    assert re.search(r'<input[^>]*name="name"[^>]*aria-invalid="true"', page)
    assert 'aria-describedby="id_name_helptext id_name_error"' in page
    assert '<ul class="field-errors" id="id_name_error">' in page
    assert re.search(r'<fieldset[^>]*aria-describedby="id_colour_error"', page)


def test_a_required_field_says_it_in_words_and_an_optional_one_does_not():
    with translation.override("en-ca"):
        page = drawn(Sample())
    assert page.count("(required)") == 4
    assert not re.search(r"Note[^<]*<span", page)


def test_a_form_without_errors_has_no_summary():
    assert "error-summary" not in drawn(Sample())


def test_a_hidden_field_in_error_is_said_without_a_link():
    page = drawn(Sample({**WRONG, "secret": ""}))
    assert 'href="#id_secret"' not in page
    assert page.count("<li>") > 4


def test_a_date_field_holds_an_iso_date_whatever_the_language():
    for language in ("fr-ca", "en-ca", "de"):
        with translation.override(language):
            page = drawn(Sample(initial={"day": dt.date(2026, 4, 30)}))
        assert 'type="date" name="day" value="2026-04-30"' in page


def test_what_is_typed_is_escaped():
    page = drawn(Sample({"name": '"><script>alert(1)</script>', "secret": "s"}))
    assert "<script>" not in page


# ------------------------------------------------------------------ tags
def shown(source, path="/", **values):
    return (
        Engine.get_default()
        .from_string(source)
        .render(RequestContext(request_of(path=path), values))
    )


@pytest.mark.parametrize(
    ("source", "path", "expected"),
    [
        ("{% query page=2 %}", "/?q=a", "?q=a&amp;page=2"),
        ("{% query q='b' %}", "/?q=a&q=c", "?q=b"),
        ("{% query q='' %}", "/?q=a&s=1", "?s=1"),
        ("{% query q=None %}", "/?q=a", "?"),
        ("{% query q='a b&c' %}", "/", "?q=a+b%26c"),
        ("{% query q=two %}", "/", "?q=x&amp;q=y"),
        ("{{ 'Late'|badge:'error' }}", "/", '<span class="badge badge-error">Late</span>'),
        ("{{ typed|badge }}", "/", '<span class="badge badge-neutral">&lt;b&gt;</span>'),
        ("{{ day|date_iso }}", "/", "2026-04-30"),
        ("{{ moment|date_iso }}", "/", "2026-04-29"),
        ("{{ nothing|date_iso }}", "/", ""),
    ],
)
def test_tags_and_filters(source, path, expected):
    values = {
        "two": ["x", "y"],
        "day": dt.date(2026, 4, 30),
        "moment": dt.datetime(2026, 4, 30, 2, 0, tzinfo=dt.UTC),  # still the 29th in Québec
        "nothing": None,
        "typed": "<b>",
    }
    assert shown(source, path, **values) == expected


@pytest.mark.parametrize(
    ("language", "french", "english", "expected"),
    [
        ("fr-ca", "Accueil", "Intake", "Accueil"),
        ("en-ca", "Accueil", "Intake", "Intake"),
        ("en-ca", "Accueil", "", "Accueil"),
        ("fr-ca", "", "Intake", "Intake"),
    ],
)
def test_a_text_in_two_languages_is_shown_in_the_readers(language, french, english, expected):
    with translation.override(language):
        step = {"label_fr": french, "label_en": english}
        assert shown("{{ step|localized:'label' }}", step=step) == expected


def test_an_icon_is_decoration_unless_it_has_a_name():
    assert 'aria-hidden="true"' in shown("{% icon 'check' %}")
    named = shown("{% icon 'check' label='Done' %}")
    assert 'role="img" aria-label="Done"' in named
    assert "aria-hidden" not in named


def test_a_table_frame_keeps_its_content_and_escapes_its_caption():
    page = shown(
        "{% datatable caption=typed name='t' %}<tbody><tr><td>1</td></tr></tbody>{% enddatatable %}",
        typed="<b>",
    )
    assert "<tbody><tr><td>1</td></tr></tbody>" in page
    assert "<span>&lt;b&gt;</span></caption>" in page
