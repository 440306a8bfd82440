"""Synonyms in the admin: each edit is a revision of the list's file, and is found at once."""

import pytest

from codes.documents import dump, kind_of
from codes.models import Revision
from search.models import Synonym, SynonymList
from tests.makers import make_code

pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    return SynonymList.objects.create(slug="words", title="Words")


def test_lists_and_synonyms_are_listed_and_shown(admin_client, words):
    row = Synonym.objects.create(list=words, text="slow", means="timeout")
    for address in (
        "/admin/search/synonymlist/",
        "/admin/search/synonymlist/add/",
        f"/admin/search/synonymlist/{words.pk}/change/",
        "/admin/search/synonym/",
        "/admin/search/synonym/?q=slow",
        "/admin/search/synonym/add/",
        f"/admin/search/synonym/{row.pk}/change/",
        f"/admin/search/synonym/{row.pk}/history/",
    ):
        assert admin_client.get(address).status_code == 200, address


def test_a_synonym_that_is_added_is_a_revision_and_is_found(admin_client, client, words):
    code = make_code(404)
    fields = {"list": words.pk, "kind": "words", "text": "gallimaufry", "means": "", "code": code.pk}
    response = admin_client.post("/admin/search/synonym/add/", fields)
    assert response.status_code == 302, response.context["errors"]
    assert Revision.objects.get(path="synonyms/words.yaml").text == dump(kind_of(words), words)
    assert "text: gallimaufry" in Revision.objects.get().text
    found = client.get("/search", {"q": "gallimaufry"}, headers={"Accept": "application/json"}).json()
    assert found["results"][0]["number"] == 404


def test_a_synonym_is_changed_and_deleted(admin_client, words):
    row = Synonym.objects.create(list=words, text="slow", means="timeout")
    address = f"/admin/search/synonym/{row.pk}"
    fields = {"kind": "words", "text": "slow", "means": "timeout late", "code": ""}
    assert admin_client.post(f"{address}/change/", fields).status_code == 302
    assert "timeout late" in Revision.objects.first().text
    assert admin_client.post(f"{address}/delete/", {"post": "yes"}).status_code == 302
    assert "slow" not in Revision.objects.first().text


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"means": "", "code": ""}, "Say which words it finds, or which code it leads to."),
        ({"kind": "message", "means": "x", "code": ""}, "A name, a message or a header field leads to a code"),
        ({"means": "again", "text": "slow"}, "This stands in the list already."),
    ],
)
def test_what_leads_nowhere_is_refused_in_words(admin_client, words, fields, message):
    Synonym.objects.create(list=words, text="slow", means="timeout")
    values = {"list": words.pk, "kind": "words", "text": "other", "means": "", "code": "", **fields}
    response = admin_client.post("/admin/search/synonym/add/", values)
    assert response.status_code == 200 and message in response.content.decode()
    assert Synonym.objects.count() == 1
