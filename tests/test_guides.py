"""Guides: order, pages, places to link to, files and the admin."""

import html
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import links, publishing
from codes.documents import dump, load, store
from codes.documents.kinds import CODE
from codes.documents.storing import Page
from codes.documents.syncing import export_documents, import_documents
from codes.models import OldAddress, Revision, StatusCode
from guides.documents import GUIDE
from guides.models import Guide, GuideCode, Kind
from guides.rules import wrong_with_body
from statusref.content import DOCUMENTS
from tests import makers
from tests.makers import make_class, make_code, make_guide
from tests.test_admin import errors_of, fields_of, new_row
from tests.test_compare import page

pytestmark = pytest.mark.django_db

LADDER = "```exchange\n> GET / HTTP/1.1\n> Host: example.com\n\n< HTTP/1.1 404 Not Found\n<\n< no\n```"


def titles_in(text: str) -> list[str]:
    return re.findall(r"<h3><a href=\"/guides/[^\"]+\">([^<]+)</a>", text)


# The order of reading


def test_guides_stand_by_kind_then_by_position_and_the_newest_first_of_equals(client):
    later = makers.PUBLISHED + timedelta(days=9)
    make_guide("old-post", kind="post")
    make_guide("new-post", kind="post", published_at=later)
    make_guide("depth", kind="in-depth")
    make_guide("second", position=20)
    make_guide("first", position=10)
    make_guide("start", kind="primer", position=90)
    wanted = ["start", "first", "second", "depth", "new-post", "old-post"]
    assert [guide.slug for guide in Guide.objects.published().in_order()] == wanted
    text = page(client, "/guides")
    assert titles_in(text) == [f"Guide {slug}" for slug in wanted]
    assert re.findall(r'<h2 id="h-([a-z-]+)">', text) == Kind.values


def test_a_guide_leads_to_the_one_before_and_the_one_after(client):
    for position, slug in enumerate(("one", "two", "three"), 1):
        make_guide(slug, position=position)
    make_guide("hidden", position=2, published_at=None)
    neighbors = {
        slug: dict(re.findall(r'rel="(prev|next)" href="([^"]+)"', page(client, f"/guides/{slug}")))
        for slug in ("one", "two", "three")
    }
    assert neighbors == {
        "one": {"next": "/guides/two"},
        "two": {"prev": "/guides/one", "next": "/guides/three"},
        "three": {"prev": "/guides/two"},
    }


def test_without_guides_the_list_says_so(client):
    assert "No guide is published yet" in page(client, "/guides")


# The page


def test_the_page_shows_contents_time_codes_references_and_the_day_of_the_last_change(client):
    guide = make_guide("primer", make_code(404), make_code(500), body="Word " * 660 + "\n\n## Who `GET`s & why?\n\nx")
    text = page(client, "/guides/primer")
    assert "<h1>Guide primer</h1>" in text and guide.summary in text
    assert f'content="{guide.summary}"' in text and "3 min read" in text
    assert f'datetime="{guide.updated_at:%Y-%m-%d}"' in text
    assert '<h2 id="who-gets-why">' in text and text.count('href="#who-gets-why"') == 3
    assert text.index('href="/404"') < text.index('href="/500"')
    assert 'href="https://example.com/rfc9110"' in text and 'id="references"' in text
    assert 'content="noindex"' not in text and " by " not in text.split("min read")[1].split("</p>")[0]


def test_an_exchange_is_drawn_as_a_ladder_with_every_line_of_it(client):
    make_guide("wire", body=f"Words.\n\n{LADDER}")
    text = page(client, "/guides/wire")
    assert '<div class="ladder">' in text and '<li class="response">' in text
    assert "<b>HTTP/1.1 404 Not Found</b>" in text and "<i>Host:</i> example.com" in text
    assert "```" not in text and "exchange" not in text.split("<article")[1]


def test_an_exchange_that_is_still_being_typed_is_shown_as_it_is():
    from codes.markdown import render

    assert "GET / HTTP" in render("```exchange\nGET / HTTP\n```") and "ladder" not in render("```exchange\nx\n```")


def test_what_an_exchange_says_is_text_and_never_html():
    from codes.markdown import render_article

    shown = render_article("```exchange\n< HTTP/1.1 200 <script>\n< X-A: <img src=x onerror=alert(1)>\n```")
    assert "<script" not in shown and "<img" not in shown and "&lt;script&gt;" in shown


def test_codes_that_are_no_longer_published_are_left_out(client, admin_client):
    make_guide("primer", make_code(404), make_code(410, published_at=None))
    for path in ("/guides", "/guides/primer"):
        assert 'href="/404"' in page(client, path) and 'href="/410"' not in page(client, path)
        assert 'href="/410"' in page(admin_client, path)


def test_drafts_and_schedules_are_for_editors_and_are_never_kept(client, admin_client):
    make_code(404)
    for slug, when in (("draft", None), ("soon", timezone.now() + timedelta(hours=1))):
        make_guide(slug, StatusCode.objects.get(), published_at=when)
        page(client, f"/guides/{slug}", 404)
        response = admin_client.get(f"/guides/{slug}")
        assert response["Cache-Control"] == "private, no-store"
        assert b"Only editors see it" in response.content and b'content="noindex"' in response.content
    assert admin_client.get("/guides")["Cache-Control"] == "private, no-store"
    for path in ("/guides", "/404", "/sitemap.xml", "/"):
        assert "/guides/draft" not in page(client, path) and "/guides/soon" not in page(client, path)


def test_a_withdrawn_guide_is_gone_and_a_renamed_one_leads_on(client):
    publishing.withdraw(make_guide("primer"))
    page(client, "/guides/primer", 410)
    OldAddress.objects.create(path="/guides/start", target="/guides/primer")
    response = client.get("/guides/start")
    assert (response.status_code, response["Location"]) == (301, "/guides/primer")


@pytest.mark.parametrize("path", ["/guides/none", "/guides/Primer", "/guides/a_b", "/guides/primer/x", "/guides/%00"])
def test_other_addresses_are_not_found(client, path):
    make_guide("primer")
    page(client, path, 404)


def test_a_slash_at_the_end_is_taken_off(client):
    make_guide("primer")
    for path in ("/guides/", "/guides/primer/"):
        response = client.get(path)
        assert (response.status_code, response["Location"]) == (301, path.rstrip("/"))


@pytest.mark.parametrize("path", ["/guides", "/guides/primer"])
def test_guides_are_read_only_set_no_cookie_and_may_be_shared(client, path):
    make_guide("primer", make_code(404))
    response = client.get(path)
    assert not response.cookies and "Cookie" not in response.get("Vary", "")
    assert client.head(path).status_code == 200
    assert client.post(path).status_code == 405


@pytest.mark.parametrize(("path", "most"), [("/guides", 2), ("/guides/g7", 4)])
def test_guides_take_few_queries_however_many_there_are(client, django_assert_max_num_queries, path, most):
    codes = [make_code(number) for number in range(400, 412)]
    for number in range(15):
        make_guide(f"g{number}", *codes, position=number)
    with django_assert_max_num_queries(most):
        page(client, path)


# What leads to them


def test_a_code_and_its_class_name_their_guides_in_order(client):
    make_class(4), make_class(5)
    code = make_code(404)
    make_guide("late", code, position=9)
    make_guide("early", code, position=1)
    make_guide("other", make_code(500))
    for path in ("/404", "/4xx"):
        text = page(client, path)
        assert re.findall(r'href="/guides/([a-z]+)"', text) == ["early", "late"], path
    assert 'href="#guides"' in page(client, "/404")
    assert re.findall(r'href="/guides/([a-z]+)"', page(client, "/500")) == ["other"]


def test_a_code_without_guides_does_not_speak_of_them(client):
    make_code(404)
    assert 'id="guides"' not in page(client, "/404")


def test_every_page_leads_to_the_guides_and_the_sitemap_names_each(client):
    make_guide("primer")
    assert page(client, "/about").count('href="/guides"') == 2
    assert page(client, "/").count('href="/guides"') == 3
    found = re.findall(r"<loc>http://testserver(/guides[^<]*)</loc>", page(client, "/sitemap.xml"))
    assert found == ["/guides", "/guides/primer"]


# Places to link to


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("# Title", "Begin with ##: “Title”"),
        ("### Deep", "“Deep” skips a level. Make it ##"),
        ("## A\n\n#### C", "“C” skips a level. Make it ###"),
        ("## Same\n\n## Same", "Another heading has the place #same"),
        ("## References", "The page itself has the place #references"),
        ("## 漢字", "“漢字” makes no place to link to. Name one: ## 漢字 {#a-place}"),
        ("##", "A heading has no words"),
        ("```exchange\nGET /\n```", "Exchange 1: Line 1 must begin with"),
        (f"{LADDER}\n\n```exchange\n> hello\n```", "Exchange 2: Line 1 is not a start line"),
        ("```exchange\n```", "Exchange 1: The transcript is empty"),
    ],
)
def test_a_heading_or_an_exchange_that_is_wrong_is_refused_in_words(body, words):
    (wrong,) = wrong_with_body(body)
    assert words in wrong
    with pytest.raises(ValidationError) as refused:
        Guide(slug="a", title="A", body=body).full_clean()
    assert refused.value.message_dict["body"] == [wrong]


def test_a_place_that_is_written_out_stays_when_the_words_change(client):
    make_guide("primer", body="x\n\n## Other words now {#old-place}\n\n### `code` {#code}\n\n> ## Quoted\n\n## Same\n")
    text = page(client, "/guides/primer")
    assert (
        '<h2 id="old-place"><a href="#old-place">Other words now</a></h2>' in text
        and '<h3 id="code"><a href="#code"><code>' in text
    )
    assert "{#" not in text and not list(wrong_with_body(Guide.objects.get().body))


def test_the_places_that_links_may_name_are_those_of_the_page(client):
    guide = make_guide("primer", make_code(404), body="x\n\n## A b\n\n### C {#see}\n\n#### D\n\n## A c")
    data = load(GUIDE, "guides/primer.yaml", dump(GUIDE, guide))[0]
    ids = re.findall(r'\sid="([^"]+)"', page(client, "/guides/primer"))
    assert len(ids) == len(set(ids))
    assert links.target_of(GUIDE, data).anchors == {
        name for name in ids if not name.startswith("h-") and name != "find"
    }


def test_links_to_guides_and_from_guides_are_checked(admin_client):
    code = make_code(404)
    Revision.objects.create(path="codes/404.yaml", text=dump(CODE, code))
    make_guide("primer", code, body="[a](/404#rules) [b](/guides/primer#how-it-begin) [c](/guides/primr)")
    address = reverse("admin:guides_guide_checks", args=[Guide.objects.get().pk])
    text = page(admin_client, address)
    assert "/404#rules: that page has no place #rules." in text
    assert "/guides/primr: there is no such page. Did you mean /guides/primer?" in text
    assert "that page has no place #how-it-begin." in text
    site = links.Site.of(
        (kind, load(kind, kind.path(row), dump(kind, row))[0])
        for kind, row in [(GUIDE, Guide.objects.get()), (CODE, StatusCode.objects.get())]
    )
    assert site.wrong_with("/guides/primer#codes", "/404") == site.wrong_with("/guides", "/404") == ""


def test_names_of_header_fields_in_an_exchange_are_checked():
    from codes.checks import check

    body = "```exchange\n> GET / HTTP/1.1\n> Hots: a\n```\n\n```exchange\nnothing\n```"
    found = [finding.message for finding in check({"body": body})]
    assert any("Hots is not known. Did you mean" in message for message in found)
    assert any("An exchange cannot be drawn" in message for message in found)


# Files


def test_what_is_dumped_can_be_stored_again_and_is_the_same():
    guide = make_guide("primer", make_code(500), make_code(404), author="Ann: 'the' writer", body=makers.AWKWARD)
    text = dump(GUIDE, guide)
    assert text.index("- code: 500") < text.index("- code: 404")
    guide.delete()
    data, lines, problems = load(GUIDE, "guides/primer.yaml", text)
    assert not problems
    assert dump(GUIDE, store(Page(GUIDE, "guides/primer.yaml", data, lines))) == text


def written(tmp_path, text: str, slug: str = "primer"):
    (tmp_path / "guides").mkdir(exist_ok=True)
    (tmp_path / f"guides/{slug}.yaml").write_text(text)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("slug: primer\ntitle: A\nbody: '# A'\n", 3, "Begin with ##"),
        ("slug: primer\ntitle: A\nkind: essay\n", 3, "primer, guide, in-depth, post"),
        ("slug: primer\ntitle: A\npublished_at: 2026-11-21\nbody: b\n", 1, "needs its summary"),
        ("slug: primer\ntitle: A\ncodes:\n- code: 477\n", 4, "names 477"),
        ("slug: primer\ntitle: A\ncodes:\n- code: 404\n- code: 404\n", 5, "stands at line 4 too"),
        ("slug: primer\ntitle: A\nreading_time: 4\n", 3, 'Unknown key "reading_time"'),
        ("slug: primer\n", 1, "title"),
    ],
)
def test_a_file_that_is_wrong_is_told_where_and_how_and_nothing_is_written(tmp_path, text, line, words):
    make_code(404)
    (problem,) = import_documents([GUIDE], written(tmp_path, text)).problems
    assert str(problem).startswith(f"guides/primer.yaml:{line}:") and words in str(problem)
    assert not Guide.objects.exists()


def test_a_check_of_the_files_tells_of_links_that_lead_nowhere(tmp_path):
    make_code(404)
    text = dump(GUIDE, make_guide("primer", body="[a](/404) [b](/404#nowhere) [c](#c)\n\n## C"))
    Guide.objects.all().delete()
    export_documents([CODE], tmp_path)
    written(tmp_path, text)
    err = io.StringIO()
    with pytest.raises(CommandError, match="1 broken links"):
        call_command("import_content", root=tmp_path, check=True, stdout=io.StringIO(), stderr=err)
    assert err.getvalue() == "content/guides/primer.yaml: body: /404#nowhere: that page has no place #nowhere.\n"
    call_command("import_content", "content/codes/404.yaml", root=tmp_path, check=True, stdout=io.StringIO())
    call_command("import_content", root=tmp_path, stdout=io.StringIO())
    assert Guide.objects.get().slug == "primer"


def test_deleting_the_file_of_a_code_names_the_guide_that_needs_it(tmp_path):
    make_guide("primer", make_code(404))
    export_documents(DOCUMENTS, tmp_path)
    (tmp_path / "codes/404.yaml").unlink()
    (problem,) = import_documents(DOCUMENTS, tmp_path).problems
    assert problem.path == "codes/404.yaml" and "Guide primer" in problem.message


def test_the_database_has_one_live_guide_at_an_address_and_no_empty_published_one():
    guide = make_guide("primer")
    with transaction.atomic(), pytest.raises(IntegrityError):
        make_guide("primer")
    with transaction.atomic(), pytest.raises(IntegrityError):
        make_guide("other", body="")
    make_guide("primer", draft_of=guide)


def test_a_newer_draft_replaces_text_and_rows_of_the_live_guide():
    one, two = make_code(404), make_code(410)
    guide, author = make_guide("primer", one), User.objects.create_user("author")
    draft = publishing.start_draft(GUIDE, guide, author)
    draft.body = "Better."
    draft.save()
    draft.codes.update(code=two)
    assert guide.codes.get().code == one and Guide.objects.published().get() == guide
    live = publishing.publish_draft(GUIDE, draft, author)
    assert (live.pk, live.body, live.codes.get().code) == (guide.pk, "Better.", two)
    assert not Guide.objects.exclude(draft_of=None).exists() and GuideCode.objects.count() == 1


# The admin


def url(word: str, *args) -> str:
    return reverse(f"admin:guides_guide_{word}", args=args)


def test_a_guide_is_added_as_a_draft_with_its_rows_and_a_revision(admin_client, admin_user):
    code = make_code(404)
    data = fields_of(admin_client.get(url("add"))) | {"title": "Hops", "slug": "hops", "body": "x\r\n\r\n## Y\r\n"}
    data = new_row(data, "codes", code=code.pk, position=0)
    data = new_row(data, "references", title="RFC 9110", url="https://example.com/", position=0)
    response = admin_client.post(url("add"), data)
    assert response.status_code == 302, errors_of(response)
    guide = Guide.objects.get()
    assert (guide.state, guide.body, guide.kind) == ("draft", "x\n\n## Y", "guide")
    assert guide.codes.get().code == code and guide.references.get().title == "RFC 9110"
    revision = Revision.objects.get()
    assert (revision.path, revision.author) == ("guides/hops.yaml", admin_user)
    assert revision.text == dump(GUIDE, guide)


def test_list_and_form_open_and_saving_without_a_change_changes_no_text(admin_client):
    guide = make_guide("primer", make_code(404), body=f"a\n\n{LADDER}\n\n## B")
    assert b"Guide primer" in admin_client.get(url("changelist"), {"q": "prim", "kind": "guide"}).content
    before = dump(GUIDE, guide)
    data = fields_of(admin_client.get(url("change", guide.pk)))
    assert "slug" not in data, "the address stays"
    response = admin_client.post(url("change", guide.pk), data)
    assert response.status_code == 302, errors_of(response)
    assert dump(GUIDE, Guide.objects.get()) == before


def test_the_list_of_the_admin_is_in_the_order_of_reading(admin_client):
    for slug, kind, position in (("third", "in-depth", 1), ("second", "guide", 5), ("first", "primer", 9)):
        make_guide(slug, kind=kind, position=position)
    shown = admin_client.get(url("changelist")).context["cl"].result_list
    assert [guide.slug for guide in shown] == ["first", "second", "third"]


def test_a_change_is_seen_by_visitors_and_in_the_history(admin_client):
    guide = make_guide("primer")
    data = fields_of(admin_client.get(url("change", guide.pk))) | {"title": "Newly called"}
    assert admin_client.post(url("change", guide.pk), data).status_code == 302
    assert "<h1>Newly called</h1>" in page(Client(), "/guides/primer")
    assert "Newly called" in Revision.objects.first().text
    assert page(admin_client, url("history", guide.pk))


def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_saved(admin_client):
    code, guide = make_code(404), make_guide("primer")
    form = fields_of(admin_client.get(url("add"))) | {"title": "A", "slug": "primer"}
    assert "has this address already" in errors_of(admin_client.post(url("add"), form))
    assert "lower-case letters" in errors_of(admin_client.post(url("add"), form | {"slug": "A B"}))
    data = fields_of(admin_client.get(url("change", guide.pk)))
    twice = new_row(new_row(data, "codes", code=code.pk, position=0), "codes", code=code.pk, position=0)
    for more, words in [
        (data | {"body": "#### Deep"}, "skips a level"),
        (data | {"body": "```exchange\nhm\n```"}, "Exchange 1: Line 1"),
        (data | {"summary": ""}, "needs its summary"),
        (twice, "A code stands here twice"),
    ]:
        assert words in errors_of(admin_client.post(url("change", guide.pk), more))
    assert Guide.objects.get().body == guide.body and not GuideCode.objects.exists()


def test_the_preview_shows_a_newer_draft_as_it_will_be(admin_client, admin_user):
    draft = publishing.start_draft(GUIDE, make_guide("primer"), admin_user)
    Guide.objects.filter(pk=draft.pk).update(summary="To be looked at.")
    assert "To be looked at." in page(admin_client, url("preview", draft.pk))
    assert "To be looked at." not in page(Client(), "/guides/primer") + page(Client(), "/guides")


def member(group: str) -> Client:
    user = User.objects.create_user(group.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client = Client()
    client.force_login(user)
    return client


def test_writers_write_drafts_and_editors_publish_them():
    make_code(404)
    writer, editor = member("Writers"), member("Editors")
    data = fields_of(writer.get(url("add")))
    assert "published_at" not in " ".join(data), "a writer publishes nothing"
    response = writer.post(url("add"), data | {"title": "A", "slug": "a", "summary": "B.", "body": "C"})
    assert response.status_code == 302, errors_of(response)
    guide = Guide.objects.get()
    assert writer.post(url("publish", guide.pk)).status_code == 403
    assert editor.post(url("publish", guide.pk)).status_code == 302
    assert page(Client(), "/guides/a")
    assert writer.post(url("change", guide.pk), {"title": "Mine"}).status_code == 403
    assert writer.post(url("delete", guide.pk), {"post": "yes"}).status_code == 403
    assert editor.post(url("withdraw", guide.pk)).status_code == 302
    page(Client(), "/guides/a", 410)


def test_the_form_takes_few_queries(admin_client, django_assert_max_num_queries):
    guide = make_guide("primer", *(make_code(number) for number in range(400, 420)))
    with django_assert_max_num_queries(16):
        admin_client.get(url("change", guide.pk))


def test_editors_find_drafts_of_guides_on_their_first_page(admin_client):
    draft = make_guide("draft", published_at=None)
    text = html.unescape(page(admin_client, "/admin/"))
    assert url("change", draft.pk) in text and "/admin/guides/guide/?state=draft" in text
    assert admin_client.get("/admin/jump", {"q": "/guides/draft"}, follow=True).status_code == 200
