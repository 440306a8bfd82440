"""What is not published stays unseen: for visitors the site with drafts is, byte for byte, the site without them."""

import difflib
import html
import itertools
import re
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import quote, urljoin, urlsplit

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from codes import publishing
from codes.documents import kind_of
from codes.documents.kinds import CODE, row_kinds
from codes.models import Fix, Publishable, StatusCode, Vendor
from compare.models import Comparison
from guides.models import Guide, GuideCode
from quiz.models import Question, Wording

from . import makers

# One group, so that the site without drafts is walked once.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("whole_site"), pytest.mark.xdist_group("drafts")]

UNPUBLISHED, SCHEDULED, WITHDRAWN = 477, 479, 481
NUMBERS = (UNPUBLISHED, SCHEDULED, WITHDRAWN)
LIVE = 404  # popular, with rows of every kind, and compared with others
LIVE_QUESTION = "who-wants-to-know-who-you-are"
SETS = {"unpublished": (418, 451), "scheduled": (410, 418), "of a draft": (LIVE, UNPUBLISHED), "newer": (401, 403)}

GUIDES = {"unpublished": "not-yet", "scheduled": "tomorrow", "withdrawn": "no-more"}

WORD = re.compile(r"zyzzx[0-9]{4}", re.I)
NOWHERE = "zyzzx0000"  # looks like a word of a draft and is one of none
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
LINK = re.compile(r'(?:href|action|src)="([^"#]+)|<loc>([^<#]+)')
# The same form or list many times over: /report?page=/404, /codes with two filters or more.
AGAIN = re.compile(r"/report\?|/codes\?.*&")


# --- the drafts -------------------------------------------------------------------------------------------------------


@dataclass
class Drafts:
    """Everything on the site that visitors must not see, and which word stands in which field."""

    words: dict[str, str] = field(default_factory=dict)
    labels: list[str] = field(default_factory=list)
    codes: dict[str, StatusCode] = field(default_factory=dict)
    comparisons: dict[str, Comparison] = field(default_factory=dict)
    guides: dict[str, Guide] = field(default_factory=dict)
    questions: dict[str, Question] = field(default_factory=dict)

    def word(self, where: str) -> str:
        word = f"zyzzx{1000 + len(self.words)}"
        self.words[word] = where
        return word

    def note(self, row: models.Model) -> None:
        """Put a word of its own into every text of a row, in the form that the field asks for."""
        for each in row._meta.concrete_fields:
            if not isinstance(each, models.CharField | models.TextField) or each.choices or each.primary_key:
                continue
            if isinstance(row, Comparison | Guide | Question) and each.name == "slug":
                continue  # its address
            word = self.word(f"{row._meta.model_name}.{each.name}")
            forms = {
                "transcript": f"> GET /{word} HTTP/1.1\n> Host: {word}\n\n< HTTP/1.1 200 {word}\n< Server: {word}",
                "label": f"9.{word}",
                "run": f"> GET /{word}\n< 404",
                "read": f"/{word}",
                "texts": "\n".join(f"{side.code.label}: {word}" for side in self._sides(row)),
            }
            text = f"https://{word}.example/" if isinstance(each, models.URLField) else forms.get(each.name, word)
            setattr(row, each.name, text)
        row.full_clean(exclude=["draft_of"], validate_constraints=False)
        row.save()
        if hasattr(row, "label") and not isinstance(row, Publishable):
            self.labels.append(row.label)

    def _sides(self, row: models.Model) -> list:
        return list(row.comparison.sides.select_related("code")) if hasattr(row, "comparison") else []

    def note_all(self, page: models.Model) -> None:
        """The same for a page and all its rows."""
        self.note(page)
        for kind in row_kinds(kind_of(page).rows):
            owner = {"cause__code": page} if kind.model is Fix else {kind.parent: page}
            rows = list(kind.model._default_manager.filter(**owner))
            assert rows, f"{page} has no {kind.model.__name__}"
            for row in rows:
                self.note(row)

    @property
    def pages(self) -> list[Publishable]:
        return [page for _, page in self.states]

    @property
    def states(self) -> list[tuple[str, Publishable]]:
        return [*self.codes.items(), *self.comparisons.items(), *self.guides.items(), *self.questions.items()]

    def name_of(self, page: Publishable) -> str:
        """What the page calls itself where it says that it is a draft."""
        return "page" if isinstance(page, StatusCode) else page._meta.verbose_name


def add_rows(code: StatusCode) -> None:
    """A row of every kind, which names others of them."""
    vendor = Vendor.objects.get(slug="nginx")
    meaning = makers.make_meaning(code, "leak", vendor=vendor)
    makers.make_name(code)
    makers.make_name(code, kind="earlier", spec="RFC 2068")
    makers.make_header(code, "Allow", level="MUST")
    makers.make_rule(code)
    makers.make_fingerprint(code, vendor=vendor, meaning=meaning)
    makers.make_exchange(code, "leak")
    cause = makers.make_cause(code, "leak", meaning=meaning)
    makers.make_fix(cause, "leak")
    makers.make_step(code, "leak", proves=cause)
    makers.make_snippet(code, "leak")
    makers.make_section(code, "leak")
    makers.make_section(code, "leak", kind="scenario")
    makers.make_engine_note(code)
    makers.make_relation(code, StatusCode.objects.get(number=500, draft_of=None), kind="confused")
    makers.make_reference(code)


def make_drafts() -> Drafts:
    drafts, editor = Drafts(), User.objects.create_user("author")
    tomorrow = timezone.now() + timedelta(days=1)
    states = {"unpublished": (UNPUBLISHED, None), "scheduled": (SCHEDULED, tomorrow)}
    for state, (number, when) in states.items():
        drafts.codes[state] = makers.make_code(number, is_popular=True, published_at=when)
    drafts.codes["withdrawn"] = makers.make_code(WITHDRAWN, is_popular=True)
    publishing.withdraw(drafts.codes["withdrawn"])
    live = StatusCode.objects.get(number=LIVE)
    drafts.codes["newer"] = publishing.start_draft(CODE, live, editor)
    for code in drafts.codes.values():
        if code.draft_of_id:
            code.relations.filter(other__number=500).delete()
        add_rows(code)
        drafts.note_all(code)
    code_of = {code.number: code for code in StatusCode.objects.filter(draft_of=None)}
    # Rows of published pages that name a draft.
    for code in (code_of[410], code_of[500]):
        relation = makers.make_relation(code, drafts.codes["unpublished"], kind="confused")
        drafts.note(relation)
    for state, when in (("unpublished", None), ("scheduled", tomorrow), ("of a draft", makers.PUBLISHED)):
        codes = [code_of[number] for number in SETS[state]]
        drafts.comparisons[state] = makers.make_comparison(*codes, published_at=when)
    curated = Comparison.objects.get(slug="401-vs-403", draft_of=None)
    drafts.comparisons["newer"] = publishing.start_draft(kind_of(curated), curated, editor)
    for comparison in drafts.comparisons.values():
        drafts.note_all(comparison)
    seen, draft = code_of[500], drafts.codes["unpublished"]
    for state, when in (("unpublished", None), ("scheduled", tomorrow), ("withdrawn", makers.PUBLISHED)):
        drafts.guides[state] = makers.make_guide(GUIDES[state], seen, draft, published_at=when, position=1)
    publishing.withdraw(drafts.guides["withdrawn"])
    primer = Guide.objects.get(slug="primer", draft_of=None)
    # A published guide about a draft.
    GuideCode.objects.create(guide=primer, code=draft, position=99)
    drafts.guides["newer"] = publishing.start_draft(kind_of(primer), primer, editor)
    for guide in drafts.guides.values():
        drafts.note_all(guide)
    for state, when in (("unpublished", None), ("scheduled", tomorrow), ("of a draft", makers.PUBLISHED)):
        codes = [code_of[number] for number in SETS[state]]
        slug = f"leak-{state.replace(' ', '-')}"
        drafts.questions[state] = makers.make_question(slug, codes, kind="match", published_at=when)
    drafts.questions["withdrawn"] = makers.make_question("leak-withdrawn", [code_of[LIVE]], kind="match")
    publishing.withdraw(drafts.questions["withdrawn"])
    asked = Question.objects.get(slug=LIVE_QUESTION)
    drafts.questions["newer"] = publishing.start_draft(kind_of(asked), asked, editor)
    for question in drafts.questions.values():
        drafts.note_all(question)
    # A vendor that only drafts name.
    quiet = makers.make_vendor("quiet", name=drafts.word("vendor.name"))
    makers.make_meaning(drafts.codes["unpublished"], "quiet", vendor=quiet)
    return drafts


# --- the walk ---------------------------------------------------------------------------------------------------------


def slug_of(numbers: tuple[int, ...]) -> str:
    return "-vs-".join(f"{number:03d}" for number in sorted(numbers))


def addresses() -> list[str]:
    """Where a walk begins, and what no link leads to: the drafts' own addresses, and whoever looks for them."""
    asked = ["/", "/sitemap.xml", "/robots.txt", "/favicon.ico", "/no-such-page", "/vendors/none", "/report"]
    for number in NUMBERS:
        asked += [f"/{number}", f"/{number}/", f"/codes/{number}", f"/status-codes/{number}", f"/{number}.1"]
        asked += [
            f"/{number - 1}",
            f"/{number + 1}",
            f"/{number}x",
            f"/{number}/x",
            f"/{number}/snippets",
            f"/vendors/{number}",
        ]
        queries = [str(number), f"HTTP {number}", f"{number} error", f"HTTP/1.1 {number} x", f'"status": {number}']
        queries += [f"{LIVE} vs {number}", f"difference between {number} and 500", f"Name {number}"]
        asked += [f"/search?q={quote(query)}" for query in queries]
        asked += [f"/compare/{slug_of((number, other))}" for other in (LIVE, 418, *NUMBERS)]
        asked += [f"/compare/{slug_of((400, LIVE, number))}", f"/compare/{number}-VS-400", f"/compare/{number}-vs-x"]
        asked += [f"/compare?code={number}&code={LIVE}", f"/compare?q={number}+400", f"/compare?q={number}"]
        asked += [f"/compare?q=Name+{number}+vs+{LIVE}", f"/compare?code={number - 1}&code={number + 1}"]
    for slug in GUIDES.values():
        asked += [f"/guides/{slug}", f"/guides/{slug}/", f"/search?q={slug}", f"/search?q=Guide+{slug}"]
    for slug in ("unpublished", "scheduled", "of-a-draft", "withdrawn"):
        asked += [f"/quiz/question/leak-{slug}"]
    for numbers in SETS.values():
        asked += [f"/quiz?codes={'-'.join(map(str, numbers))}", f"/quiz?codes={numbers[0]}"]
        asked += [
            f"/compare/{slug_of(numbers)}",
            f"/compare/{slug_of(numbers)}/",
            f"/compare/{slug_of(numbers)}-vs-500",
        ]
        asked += [f"/search?q={'+vs+'.join(map(str, numbers))}", f"/compare?q={','.join(map(str, numbers))}"]
    return list(dict.fromkeys(asked))


@dataclass(frozen=True)
class Answer:
    status: int
    location: str
    text: str

    @property
    def seen(self) -> str:
        return f"{self.location}\n{html.unescape(self.text)}".lower()


def ask(client: Client, address: str) -> Answer:
    response = client.get(address)
    text = TOKEN.sub("", b"".join(response).decode())
    return Answer(response.status_code, response.headers.get("Location", ""), text)


def walk(client: Client, begin: list[str]) -> dict[str, Answer]:
    """Every page that can be reached from these addresses without leaving the public site."""
    found: dict[str, Answer] = {}
    todo = list(begin)
    while todo:
        address = todo.pop()
        if address in found:
            continue
        answer = found[address] = ask(client, address)
        links = ["".join(groups) for groups in LINK.findall(answer.text)]
        for link in filter(None, [answer.location.partition("#")[0], *links]):
            parts = urlsplit(urljoin(f"http://testserver{address}", html.unescape(link)))
            there = f"{parts.path}?{parts.query}" if parts.query else parts.path
            if parts.netloc == "testserver" and not there.startswith(("/static/", "/admin")) and not AGAIN.match(there):
                todo.append(there)
    return found


@pytest.fixture(scope="module")
def memory() -> dict[str, Answer]:
    return {}


@pytest.fixture
def before(db, whole_site, memory) -> dict[str, Answer]:
    """The whole site as visitors see it while there is no draft; walked once."""
    if not memory:
        memory.update(walk(Client(), addresses()))
    return memory


@pytest.fixture
def drafts(before) -> Drafts:
    return make_drafts()


def visitor() -> Client:
    return Client()


def user() -> Client:
    """Somebody with a password who may not see drafts."""
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    return client


def former_editor() -> Client:
    client = Client()
    client.force_login(someone := User.objects.create_user("former", is_staff=True))
    User.objects.filter(pk=someone.pk).update(is_active=False)
    return client


strangers = pytest.mark.parametrize("stranger", [visitor, user, former_editor], ids=lambda make: make.__name__)


# --- the tests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stranger", [visitor, user], ids=lambda make: make.__name__)
def test_for_a_stranger_the_whole_site_is_the_site_without_drafts(before, drafts, stranger):
    after = walk(stranger(), addresses())
    assert len(after) > 400
    for address, answer in after.items():
        leaked = {f"{word} ({drafts.words.get(word)})" for word in WORD.findall(answer.seen)}
        assert not leaked, f"{address} shows {sorted(leaked)}"
    assert not after.keys() - before.keys(), f"Links to what is not published: {sorted(after.keys() - before.keys())}"
    assert not before.keys() - after.keys(), f"Nothing leads there any more: {sorted(before.keys() - after.keys())}"
    for address, answer in after.items():
        if address in (
            f"/{WITHDRAWN}",
            f"/{WITHDRAWN}/snippets",
            f"/guides/{GUIDES['withdrawn']}",
            "/quiz/question/leak-withdrawn",
        ):
            continue  # It answered 404 before it was there, and 410 now.
        was = before[address]
        assert (answer.status, answer.location) == (was.status, was.location), address
        lines = difflib.unified_diff(was.text.splitlines(), answer.text.splitlines(), "without", "with", "", "", 0, "")
        assert answer.text == was.text, f"{address} tells that there are drafts:\n" + "\n".join(
            itertools.islice(lines, 20)
        )


@strangers
def test_the_address_of_a_draft_answers_as_if_nothing_was_there(drafts, stranger):
    client = stranger()
    for state, code in drafts.codes.items():
        status = {"withdrawn": 410, "newer": 200}.get(state, 404)
        assert ask(client, code.get_absolute_url()).status == status, state
        assert ask(client, code.get_snippets_url()).status == status, state
    for state in ("unpublished", "of a draft", "scheduled", "newer"):
        comparison = drafts.comparisons[state]
        answer = ask(client, comparison.get_absolute_url())
        # Codes that are published can be compared without a curated page; that page is not the draft.
        assert answer.status == (404 if state == "of a draft" else 200), state
        assert not WORD.search(answer.seen), state
        assert ('content="noindex"' in answer.text) == (state != "newer"), state
    for state, page in [*drafts.guides.items(), *drafts.questions.items()]:
        answer = ask(client, page.get_absolute_url())
        assert answer.status == {"withdrawn": 410, "newer": 200}.get(state, 404), state
        assert not WORD.search(answer.seen), state
    assert len(drafts.labels) > len(NUMBERS)
    for label in drafts.labels:
        assert ask(client, f"/{label}").status == 404, label


def test_looking_for_the_words_of_a_draft_finds_what_looking_for_no_words_finds(client, drafts):
    for address in ("/search?q={}", "/compare?code=404&code={}"):
        nothing = ask(client, address.format(NOWHERE))
        assert NOWHERE in nothing.text
        one_of_each = {where: word for word, where in drafts.words.items()}
        for where, word in one_of_each.items():
            answer = ask(client, address.format(word))
            same = (answer.status, answer.location, answer.text.replace(word, NOWHERE))
            assert same == (nothing.status, nothing.location, nothing.text), f"{address}: {word} ({where})"
    for label in drafts.labels:
        assert ask(client, f"/search?q={label}").location == "", label
    assert "Nothing" in ask(client, "/search?q=zyzzx").text


@strangers
def test_no_quiz_asks_a_draft(drafts, stranger):
    client = stranger()
    for mode in ("quick", "endless", "exam", "daily", "topic:basics", "class:4", f"codes:{LIVE}-{UNPUBLISHED}"):
        client.post("/quiz/start", {"mode": mode, "length": "30"})
    for question in drafts.questions.values():
        answer = client.post("/quiz/start", {"mode": f"one:{question.slug}"})
        assert answer.status_code == (303 if question.draft_of_id else 404)
    assert Wording.objects.count() > 20
    for wording in Wording.objects.all():
        assert not WORD.search(str(wording.data)), wording


@strangers
def test_the_admin_pages_of_a_draft_send_a_stranger_to_the_login(drafts, stranger):
    client = stranger()
    for page in drafts.pages:
        for word in ("preview", "change", "history"):
            name = f"admin:{page._meta.app_label}_{page._meta.model_name}_{word}"
            answer = ask(client, reverse(name, args=[page.pk]))
            assert answer.status == 302 and "/admin/login/" in answer.location, (word, page)
            assert not WORD.search(answer.seen)


def test_staff_see_a_draft_at_its_address_marked_never_kept_and_never_indexed(drafts, admin_client):
    for state, page in drafts.states:
        if state == "newer":
            shown = WORD.findall(ask(admin_client, page.get_absolute_url()).seen)
            elsewhere = {"comparison.title", "comparison.summary", "guide.title", "statuscode.name"}
            assert {drafts.words[word] for word in shown} <= elsewhere, "a newer draft is not the page"
            address = reverse(f"admin:{page._meta.app_label}_{page._meta.model_name}_preview", args=[page.pk])
        else:
            address = page.get_absolute_url()
        response = admin_client.get(address)
        text = response.content.decode()
        assert response.status_code == 200, address
        assert WORD.search(text), address
        if state != "of a draft":
            assert f'<p class="state">This {drafts.name_of(page)} is a ' in text
            assert '<meta name="robots" content="noindex">' in text, address
        assert response["Cache-Control"].startswith("private, no-store"), address
        if isinstance(page, StatusCode) and state in ("unpublished", "scheduled"):
            response = admin_client.get(page.get_snippets_url())
            text = response.content.decode()
            assert WORD.search(text) and '<p class="state">' in text and 'content="noindex"' in text, state
            assert response["Cache-Control"].startswith("private, no-store"), state


def test_a_list_that_shows_drafts_to_staff_is_theirs_alone(drafts, admin_client, client):
    shown = []
    for address in (
        "/",
        "/codes",
        "/4xx",
        "/vendors",
        "/vendors/nginx",
        "/cheat-sheet",
        "/compare",
        "/410",
        "/500",
        "/guides",
    ):
        response = admin_client.get(address)
        if WORD.search(response.content.decode()):
            shown.append(address)
            kept = response.get("Cache-Control", "")
            assert "private" in kept and "no-store" in kept, address
            assert "public" not in kept and "max-age" not in kept, address
            assert not WORD.search(ask(client, address).seen), address
    assert len(shown) > 5


def test_once_published_every_word_is_seen_so_these_tests_can_fail(before, drafts):
    """Otherwise the words stood where nobody would look for them."""
    for state, page in drafts.states:
        if state == "newer":
            publishing.publish_draft(kind_of(page), page, User.objects.get(username="author"))
        else:
            publishing.publish(page)
    after = walk(visitor(), addresses())
    texts = [answer.seen for answer in after.values()]
    for question in drafts.questions.values():
        form = {"mode": f"one:{question.slug}", "answered": "1", "skip": "1"}
        texts.append(ask(visitor(), visitor().post("/quiz/start", form)["Location"]).seen)
    seen = {word for text in texts for word in WORD.findall(text)}
    unseen = set(drafts.words.values()) - {drafts.words.get(word) for word in seen}
    # Shown only beside another 3xx code, only for names that are no constants, and to nobody.
    assert unseen <= {"statuscode.redirect_note", "name.spec", "snippet.run"}
    assert f"/{UNPUBLISHED}" in after["/sitemap.xml"].text
    assert f"/compare/{slug_of(SETS['unpublished'])}" in after["/sitemap.xml"].text
    assert f"/guides/{GUIDES['scheduled']}" in after["/sitemap.xml"].text
