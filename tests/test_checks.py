"""The text checks: what an editor is told, and that no text can make them fail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml
from django.contrib.messages import get_messages
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import checks, links
from codes.corpus import corpus
from codes.documents import DOCUMENTS, dump, load
from codes.documents.kinds import kind_of
from codes.models import Revision, StatusCode
from codes.publishing import start_draft
from tests.makers import make_cause, make_code, make_full_code, make_header, make_rule, make_section, make_vendor

KINDS = {kind.folder: kind for kind in DOCUMENTS}
CODE = KINDS["codes"]
TEN = "one two three four five six seven eight nine ten"


def page(number: int = 404, **values) -> dict:
    return {"number": number, "published_at": datetime(2026, 1, 1, tzinfo=UTC), "registration": "assigned", **values}


def messages_of(findings) -> list[str]:
    return [f"{finding.where}: {finding.message}" for finding in findings]


def site(*pages: dict) -> links.Site:
    return links.Site.of((CODE, data) for data in pages)


def wrong(link: str, *pages: dict, own: str = "/404") -> str:
    return site(*(pages or [page()])).wrong_with(link, own)


# Links


@pytest.mark.parametrize(
    "link", ["/404", "/404/", "/404?x=1", "#facts", "/404#facts", "/", "/codes", "/search?q=x", "/5xx"]
)
def test_a_link_to_a_page_that_is_there_is_right(link):
    classes = (KINDS["classes"], {"digit": 5, "slug": "5xx"})
    found = links.Site.of([(CODE, page()), classes])
    assert found.wrong_with(link, "/404") == ""


def test_a_link_to_no_page_is_broken_and_the_nearest_is_named():
    assert wrong("/999") == "/999: there is no such page."
    assert wrong("/codes/404") == "/codes/404: there is no such page. Did you mean /404?"
    assert wrong("/vendors/nginx").startswith("/vendors/nginx: there is no such page.")
    assert wrong("/guides/none").startswith("/guides/none: there is no such page.")
    assert "begin a link inside the site with a slash" in wrong("404")


def test_a_link_to_a_place_that_the_page_does_not_have_is_broken():
    told = page(causes=[{"slug": "moved", "title": "It moved", "fixes": [{"slug": "rename", "title": "Rename it"}]}])
    for anchor in ("#causes", "#cause-moved", "#fix-moved-rename", "#main", "/404#cause-moved"):
        assert wrong(anchor, told) == ""
    assert wrong("#cause-movd", told) == "#cause-movd: that page has no place #cause-movd. Did you mean #cause-moved?"
    assert "no place #steps" in wrong("/404#steps", told)


def test_a_link_to_a_page_that_is_not_published_is_told():
    assert "not published" in wrong("/410", page(), page(410, published_at=None))
    later = datetime.now(UTC) + timedelta(days=1)
    assert "not published" in wrong("/410", page(), page(410, published_at=later))
    assert wrong("#facts", page(published_at=None)) == "", "a draft may link to itself"


def test_labels_and_any_set_of_known_codes_are_addresses():
    told = page(meanings=[{"slug": "a", "label": "404.13", "vendor": "iis"}, {"slug": "b", "label": "H12"}])
    assert wrong("/404.13", told) == wrong("/h12", told) == ""
    assert wrong("/404.14", told)
    assert wrong("/compare/404-vs-410", told, page(410)) == ""
    assert wrong("/compare/404-vs-411", told, page(410))


def test_links_are_found_in_markdown_and_not_in_code_or_outside():
    text = "See [a](/999), [b](</998>), [c]: `[d](/997)` and [e](https://example.com/996).\n\n[ref]: /995\n"
    data = page(meaning=text, causes=[{"slug": "x", "sign": "[f](/994)", "body": "```\n[g](/993)\n```"}])
    assert list(links.links_of(data)) == [("meaning", "/999"), ("meaning", "/998"), ("meaning", "/995")]


@pytest.mark.django_db
def test_the_places_of_a_code_page_are_those_of_its_html(client):
    code = make_full_code()
    html = client.get("/404").content.decode()
    data = load(CODE, "codes/404.yaml", dump(CODE, code))[0]
    ids = {
        name for name in re.findall(r'\bid="([^"]+)"', html) if not re.match(r"h-|tab-|find|only|compare-with", name)
    }
    assert links.anchors_of_code(data) == ids


# What a page alone tells


def test_long_sentences_are_told_with_where_they_stand():
    data = page(causes=[{"slug": "moved", "body": "Short. " + "word " * 46 + "."}])
    assert messages_of(checks.long_sentences(data)) == [
        "cause moved: body: 47 words. Split it: “word word word word word word word word word word …”"
    ]
    assert not list(checks.long_sentences(page(meaning="word " * 45)))
    assert not list(checks.long_sentences(page(meaning="```\n" + "word " * 60 + "\n```")))


def test_pictures_need_a_text():
    data = page(sections=[{"kind": "note", "slug": "a", "body": "![ ](/static/a.png) and ![A ladder](/static/b.png)"}])
    assert messages_of(checks.pictures_without_text(data)) == [
        "section a: body: Say what /static/a.png shows, between the brackets."
    ]


def test_a_rule_names_its_section():
    rules = [
        {"level": "MUST", "text": "Say why."},
        {"level": "MUST", "text": "Say it.", "section": "RFC 9110"},
        {"level": "MUST", "text": "Say it.", "section": "somewhere"},
        {"level": "MUST", "text": "Say it.", "section": "RFC 9110 §15.5.2"},
        {"level": "MAY", "text": "Say it.", "section": "draft, section on 104"},
    ]
    headers = [{"header": "Allow", "level": "MUST"}, {"header": "Server", "level": "used"}]
    found = messages_of(checks.rules_without_section(page(rules=rules, headers=headers)))
    assert [line.split(": ")[0] for line in found] == ["rule 1", "rule 2", "rule 3", "header Allow"]
    assert found[1] == "rule 2: Which section of RFC 9110? Write it like “RFC 9110 §2.1”."


def test_an_unknown_header_field_is_told_with_the_nearest():
    transcript = "> GET / HTTP/1.1\n> Hots: example.com\n\n< HTTP/1.1 404 Not Found\n< content-length: 0"
    data = page(
        headers=[{"header": "Retry-Afer", "level": "MAY"}, {"header": "RETRY-AFTER", "level": "MAY"}],
        exchanges=[{"slug": "plain", "transcript": transcript}, {"slug": "broken", "transcript": "nonsense"}],
    )
    assert messages_of(checks.unknown_fields(data)) == [
        "header Retry-Afer: Retry-Afer is not known. Did you mean Retry-After?",
        "exchange plain: transcript: Hots is not known. Did you mean Host?",
    ]
    assert checks.wrong_with_field("X-Anything-Of-Ours") is None
    assert "X-Request-ID" in checks.wrong_with_field("X-Reqest-ID")


def test_obsolete_specifications_are_history_only():
    data = page(
        spec="RFC 7231",
        names=[{"kind": "earlier", "text": "Moved", "spec": "RFC 2616"}],
        rules=[{"level": "MUST", "text": "Do.", "section": "RFC 7235 §3.1"}],
        definition="RFC 7234 §4 requires it. RFC 2616 added it in 1999.",
    )
    assert messages_of(checks.obsolete_citations(data)) == [
        "spec: RFC 7231 was replaced by RFC 9110.",
        "rule 1: section: RFC 7235 was replaced by RFC 9110.",
        "definition: RFC 7234 was replaced by RFC 9111.",
    ]


# Words of another page


def test_ten_words_of_another_page_are_told_once_for_a_passage():
    mine = page(meaning=f"Mine, then {TEN} eleven twelve. And no more.")
    theirs = page(410, causes=[{"slug": "a", "body": f"{TEN} eleven twelve thirteen"}])
    found = list(checks.shared_words(mine, [("/410", checks.run_hashes(theirs))]))
    assert messages_of(found) == [f"meaning: /410 says this too: “{f'{TEN} eleven twelve.'[:59]}…”"] or len(found) == 1
    assert found[0].where == "meaning"
    assert not list(checks.shared_words(page(meaning=TEN[:-4]), [("/410", checks.run_hashes(theirs))]))


@pytest.mark.parametrize(
    "rows",
    [
        {"rules": [{"section": TEN, "level": "MUST"}]},
        {"names": [{"text": TEN, "since": TEN}]},
        {"steps": [{"slug": "a", "command": TEN}]},
        {"snippets": [{"slug": "a", "code": TEN}]},
        {"meaning": f"```\n{TEN}\n```"},
        {"engine_notes": [{"source": TEN}]},
    ],
)
def test_rules_names_commands_and_code_may_repeat(rows):
    assert not checks.pairs_with_shared_words({"404": page(**rows), "410": page(410, **rows)})
    assert checks.pairs_with_shared_words({"404": page(meaning=TEN), "410": page(410, meaning=TEN)})


# Nothing makes them fail

texts = st.one_of(
    st.text(max_size=200),
    st.sampled_from(["[" * 2000, "![" * 2000, "](" * 2000, "`" * 2001, "RFC 7231 " * 300, "[a]:" * 500, "/\\[x](//y)"]),
)


@settings(deadline=None)
@given(texts, texts, texts)
def test_no_text_makes_a_check_fail(one, two, three):
    data = page(
        meaning=f"[a]({one}) {two}",
        definition=three,
        headers=[{"header": one[:60], "level": "MUST", "section": two}],
        rules=[{"text": three}],
        exchanges=[{"slug": "a", "transcript": two}],
        causes=[{"body": one, "fixes": [{"body": two}]}],
        sections=[{"body": f"![]({three})"}],
    )
    checks.check(data)
    list(checks.shared_words(data, [("/410", checks.run_hashes(data))]))
    list(site(data).broken_links(links.links_of(data), "/404"))


# In the admin


def record(*pages) -> None:
    for one in pages:
        kind = kind_of(one)
        Revision.objects.create(path=kind.path(one), text=dump(kind, one), source="admin")


@pytest.fixture
def editor(admin_client) -> Client:
    return admin_client


def form_of(client: Client, address: str) -> dict[str, str]:
    from tests.test_admin import fields_of

    return fields_of(client.get(address))


@pytest.mark.django_db
def test_a_save_shows_what_the_checks_find_and_still_saves(editor):
    code = make_code(meaning="See [this](/999).")
    make_header(code, "Retry-Afer", section="RFC 9110 §1")
    make_rule(code, section="RFC 9110")
    address = f"/admin/codes/statuscode/{code.pk}/change/"
    data = form_of(editor, address) | {"gist": "Another gist"}
    response = editor.post(address, data)
    assert response.status_code == 302
    code.refresh_from_db()
    assert code.gist == "Another gist"
    found = [str(message) for message in get_messages(response.wsgi_request) if message.level_tag == "warning"]
    assert [text.split("<")[0] for text in found] == [
        "Broken links",
        "Rules without their section",
        "Unknown header fields",
    ]
    assert "meaning</b>: /999: there is no such page." in found[0]


@pytest.mark.django_db
def test_at_most_twelve_findings_are_shown_and_the_rest_is_linked(editor):
    code = make_code(meaning=" ".join(f"[x](/9{n})" for n in range(10, 40)))
    address = f"/admin/codes/statuscode/{code.pk}/change/"
    response = editor.post(address, form_of(editor, address) | {"gist": "New"}, follow=True)
    text = response.content.decode()
    assert text.count("there is no such page") == 12
    assert f'And 18 more: <a href="/admin/codes/statuscode/{code.pk}/checks/">Check the text</a>' in text


@pytest.mark.django_db
def test_markup_in_a_text_is_shown_as_text(editor):
    code = make_code(meaning='[x](/<script>alert(1)</script>) [y](/"onload="x)')
    text = editor.get(f"/admin/codes/statuscode/{code.pk}/checks/").content.decode()
    assert "there is no such page" in text
    assert "<script>alert" not in text and '"onload=' not in text


@pytest.mark.django_db
def test_a_cause_is_told_only_what_is_about_it(editor):
    code = make_code(meaning="See [this](/999).")
    cause = make_cause(code, "moved", body="See [that](/998).", sign="404")
    make_cause(code, "moved-again", body="See [that](/997).", sign="404")
    address = f"/admin/codes/cause/{cause.pk}/change/"
    response = editor.post(address, form_of(editor, address) | {"title": "Moved"}, follow=True)
    found = re.findall(r"/99[789]: there", response.content.decode())
    assert found == ["/998: there"]
    assert f"/admin/codes/statuscode/{code.pk}/checks/" in editor.get(address).content.decode()


@pytest.mark.django_db
def test_a_newer_draft_is_checked_by_its_own_text(editor, admin_user):
    code = make_code(meaning="Right.")
    record(code)
    draft = start_draft(CODE, code, admin_user)
    StatusCode.objects.filter(pk=draft.pk).update(meaning="See [this](/999) and [own](#facts).")
    text = editor.get(f"/admin/codes/statuscode/{draft.pk}/checks/").content.decode()
    assert text.count("there is no such page") == 1 and "not published" not in text
    assert "Nothing to look at" in editor.get(f"/admin/codes/statuscode/{code.pk}/checks/").content.decode()


@pytest.mark.django_db
def test_a_page_is_compared_with_the_words_of_all_others(editor):
    code, other = make_code(meaning=f"We say {TEN}."), make_code(410, meaning=f"They say {TEN}.")
    record(other)
    text = editor.get(f"/admin/codes/statuscode/{code.pk}/checks/").content.decode()
    assert "/410 says this too" in text
    assert "/404 says" not in text, "a page shares its words with itself"


@pytest.mark.django_db
def test_all_findings_of_the_site_are_on_one_page(editor):
    code, vendor = make_code(meaning="See [this](/999)."), make_vendor(body="See [that](/998) and ![](/favicon.svg).")
    make_section(code, body="Fine, [here](/vendors/nginx).")
    record(code, vendor)
    text = editor.get("/admin/checks").content.decode()
    assert "Broken links (2)" in text and "Pictures without a text (1)" in text
    assert "/999: there is no such page" in text and "/998: there is no such page" in text
    assert "Say what /favicon.svg shows" in editor.get("/admin/checks?kind=pictures").content.decode()
    assert editor.get("/admin/checks?kind=nonsense").status_code == 200


# The corpus


@pytest.mark.django_db
def test_the_corpus_reads_only_what_changed(django_assert_num_queries):
    code, other = make_code(meaning="See [this](/410)."), make_code(410)
    record(code, other)
    assert corpus().broken_links() == {}
    with django_assert_num_queries(1):
        assert corpus().broken_links() == {}
    Revision.objects.create(path="codes/410.yaml", text="", source="admin")
    with django_assert_num_queries(3):
        found = corpus().broken_links()
    assert [row.message for row in found["codes/404.yaml"]] == ["/410: there is no such page."]


@pytest.mark.django_db
def test_a_page_that_is_scheduled_is_a_right_link_from_its_time_on(monkeypatch):
    soon = datetime.now(UTC) + timedelta(days=1)
    code, other = make_code(meaning="See [this](/410)."), make_code(410, published_at=soon)
    record(code, other)
    assert "codes/404.yaml" in corpus().broken_links()
    monkeypatch.setattr("codes.links.timezone.now", lambda: soon)
    assert corpus().broken_links() == {}


@pytest.mark.django_db
def test_texts_that_nobody_can_read_any_more_are_left_out():
    for path, text in (("codes/404.yaml", "number: ["), ("gone/404.yaml", "number: 404"), ("codes/405.yaml", "")):
        Revision.objects.create(path=path, text=text, source="admin")
    assert corpus().texts == {}


def test_every_name_of_the_content_is_known(content_dir):
    for file in content_dir.glob("codes/*.yaml"):
        data = yaml.load(file.read_text(), Loader=yaml.CSafeLoader)
        assert not list(checks.unknown_fields(data)), file
