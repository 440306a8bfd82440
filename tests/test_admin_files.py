"""Import and export in the admin: what would happen first, then what did, and never over anybody's text in silence."""

import re
import shutil
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from codes.documents import DOCUMENTS, dump
from codes.documents.kinds import kind_of
from codes.models import Revision, StatusCode, Vendor
from tests.makers import make_code, make_vendor

pytestmark = pytest.mark.django_db

KINDS = {kind.folder: kind for kind in DOCUMENTS}


@pytest.fixture
def root(tmp_path, settings) -> Path:
    """An empty content folder."""
    for folder in ("classes", "codes", "vendors", "platforms", "comparisons"):
        (tmp_path / folder).mkdir()
    settings.CONTENT_DIR = tmp_path
    return tmp_path


def write(root: Path, page, **replaced: str) -> Path:
    """The page's file, with other values for some of its keys."""
    kind = kind_of(page)
    text = dump(kind, page)
    for key, value in replaced.items():
        text = re.sub(rf"^{key}: .*$", f"{key}: {value}", text, flags=re.M)
    file = root / kind.path(page)
    file.write_text(text)
    return file


def agree(root: Path, page) -> Path:
    """The page's file, on which both sides agree."""
    kind = kind_of(page)
    Revision.objects.create(path=kind.path(page), text=dump(kind, page), source="import", agreed=True)
    return write(root, page)


def say(page, summary: str) -> None:
    """An edit in the admin."""
    type(page).objects.filter(pk=page.pk).update(summary=summary)
    page.refresh_from_db()
    kind = kind_of(page)
    Revision.objects.create(path=kind.path(page), text=dump(kind, page), source="admin")


def conflict(root: Path) -> Vendor:
    vendor = make_vendor("nginx")
    agree(root, vendor)
    say(vendor, "The editor's.")
    write(root, vendor, summary="The file's.")
    return vendor


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


def seen_in(response) -> dict[str, str]:
    """The hidden fields of the form, as a browser sends them."""
    return dict(re.findall(r'name="(seen:[^"]+)" value="([^"]+)"', response.content.decode()))


def settle(client: Client, address: str, winner: str, path: str = "vendors/nginx.yaml"):
    return client.post(address, seen_in(client.get(address)) | {f"winner:{path}": winner})


# Who may


@pytest.mark.parametrize("name", ["import", "export"])
def test_only_those_with_the_permission_may(client, root, name):
    user = User.objects.create_user("editor", is_staff=True)
    client.force_login(user)
    assert client.get(f"/admin/{name}").status_code == 403
    assert client.post(f"/admin/{name}").status_code == 403
    user.user_permissions.add(Permission.objects.get(codename=f"{name}_content"))
    assert client.get(f"/admin/{name}").status_code == 200
    other = {"import": "export", "export": "import"}[name]
    assert client.get(f"/admin/{other}").status_code == 403
    text = text_of(client.get("/admin/"))
    assert f'href="/admin/{name}"' in text and f'href="/admin/{other}"' not in text


@pytest.mark.parametrize("name", ["import", "export"])
def test_a_post_without_the_token_does_nothing(root, name, admin_user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(admin_user)
    assert client.post(f"/admin/{name}").status_code == 403
    assert client.put(f"/admin/{name}").status_code in (403, 405)


# Import


def test_a_look_at_the_import_says_what_would_happen_and_does_nothing(admin_client, root):
    vendor = make_vendor("nginx")
    agree(root, vendor)
    write(root, vendor, summary="Another sentence.")
    write(root, make_vendor("caddy")), Vendor.objects.filter(slug="caddy").delete()
    text = text_of(admin_client.get("/admin/import"))
    assert '<b class="count">1</b> new in the files: will be created' in text and "vendors/caddy.yaml" in text
    assert '<b class="count">1</b> changed in the file: will be taken' in text and "vendors/nginx.yaml" in text
    vendor.refresh_from_db()
    assert vendor.summary == "One sentence." and Vendor.objects.count() == 1
    assert Revision.objects.count() == 1


def test_an_import_does_what_it_said_and_notes_who_asked(admin_client, admin_user, root):
    vendor = make_vendor("nginx")
    agree(root, vendor)
    write(root, vendor, summary="Another sentence.")
    text = text_of(admin_client.post("/admin/import"))
    assert "What was done" in text and '<b class="count">1</b> taken from the file' in text and "Done." in text
    vendor.refresh_from_db()
    assert vendor.summary == "Another sentence."
    revision = Revision.objects.get(source="import", text__contains="Another sentence.")
    assert revision.author == admin_user and revision.agreed
    again = text_of(admin_client.post("/admin/import"))
    assert '<b class="count">1</b> files say nothing new' in again and "taken from" not in again


def test_a_problem_is_shown_with_file_and_line_and_nothing_is_imported(admin_client, root):
    write(root, make_vendor("caddy")), Vendor.objects.all().delete()
    (root / "vendors/broken.yaml").write_text("slug: broken\nnmae: <b>Broken</b>\nkind: other\n")
    for response in (admin_client.get("/admin/import"), admin_client.post("/admin/import")):
        text = text_of(response)
        assert "<code>vendors/broken.yaml:2</code> Unknown key &quot;nmae&quot;." in text
        assert "Import now" not in text
    assert not Vendor.objects.exists()


def test_a_conflict_is_shown_and_left_alone_until_somebody_chooses(admin_client, root):
    vendor = conflict(root)
    text = admin_client.get("/admin/import").content.decode()
    assert '<span class="removed">-summary: The editor&#x27;s.</span>' in text
    assert '<span class="added">+summary: The file&#x27;s.</span>' in text
    assert "vendors/nginx.yaml" in text_of(admin_client.post("/admin/import"))
    settle(admin_client, "/admin/import", "")
    vendor.refresh_from_db()
    assert vendor.summary == "The editor's."


def test_the_file_can_win_and_the_editors_text_stays_in_the_history(admin_client, root):
    vendor = conflict(root)
    text = text_of(settle(admin_client, "/admin/import", "file"))
    assert "the file won" in text and "Conflicts" not in text
    vendor.refresh_from_db()
    assert vendor.summary == "The file's."
    assert Revision.objects.filter(text__contains="The editor's.").exists()


def test_the_database_can_win_and_its_text_is_the_newest_of_the_history(admin_client, root):
    vendor = conflict(root)
    assert "the database won" in text_of(settle(admin_client, "/admin/import", "database"))
    vendor.refresh_from_db()
    assert vendor.summary == "The editor's."
    assert "The editor's." in Revision.objects.filter(path="vendors/nginx.yaml").first().text
    assert "Conflicts" not in text_of(admin_client.get("/admin/import"))
    assert "their files will be written" in text_of(admin_client.get("/admin/export"))


@pytest.mark.parametrize("address", ["/admin/import", "/admin/export"])
@pytest.mark.parametrize("winner", ["file", "database"])
def test_a_choice_for_a_difference_that_nobody_saw_is_not_followed(admin_client, root, address, winner):
    vendor = conflict(root)
    seen = seen_in(admin_client.get(address))
    say(vendor, "The editor's, meanwhile.")
    file = (root / "vendors/nginx.yaml").read_text()
    text = text_of(admin_client.post(address, seen | {"winner:vendors/nginx.yaml": winner}))
    assert "that choice was not followed" in text and "The editor&#x27;s, meanwhile." in text
    vendor.refresh_from_db()
    assert vendor.summary == "The editor's, meanwhile."
    assert (root / "vendors/nginx.yaml").read_text() == file


def test_a_choice_for_what_is_no_conflict_is_not_followed(admin_client, root):
    vendor = make_vendor("nginx")
    agree(root, vendor)
    say(vendor, "The editor's.")
    data = {"winner:vendors/nginx.yaml": "file", "seen:vendors/nginx.yaml": "0", "winner:../../etc/passwd": "file"}
    assert "that choice was not followed" in text_of(admin_client.post("/admin/import", data))
    vendor.refresh_from_db()
    assert vendor.summary == "The editor's."


# Export


def test_a_look_at_the_export_says_what_would_happen_and_writes_nothing(admin_client, root):
    vendor = make_vendor("nginx")
    file = agree(root, vendor)
    say(vendor, "The editor's.")
    before, revisions = file.read_text(), Revision.objects.count()
    make_vendor("caddy")
    text = text_of(admin_client.get("/admin/export"))
    assert '<b class="count">2</b> edited in the admin: their files will be written' in text
    assert file.read_text() == before and not (root / "vendors/caddy.yaml").exists()
    assert Revision.objects.count() == revisions


def test_an_export_writes_what_it_said_and_notes_who_asked(admin_client, admin_user, root):
    vendor = make_vendor("nginx")
    file = agree(root, vendor)
    say(vendor, "The editor's.")
    text = text_of(admin_client.post("/admin/export"))
    assert '<b class="count">1</b> written' in text and "Done." in text
    assert file.read_text() == dump(KINDS["vendors"], vendor)
    assert Revision.objects.first().author == admin_user
    assert '<b class="count">1</b> are the same on both sides' in text_of(admin_client.get("/admin/export"))


def test_either_side_of_a_conflict_can_win_an_export(admin_client, root):
    vendor = conflict(root)
    file = root / "vendors/nginx.yaml"
    before = file.read_text()
    settle(admin_client, "/admin/export", "file")
    assert file.read_text() == before
    assert "will be taken" in text_of(admin_client.get("/admin/import"))
    Vendor.objects.all().delete()
    Revision.objects.all().delete()
    vendor = conflict(root)
    settle(admin_client, "/admin/export", "database")
    assert file.read_text() == dump(KINDS["vendors"], vendor)


def test_a_folder_that_is_gone_or_cannot_be_written_is_told(admin_client, root):
    make_vendor("nginx")
    shutil.rmtree(root / "vendors")
    (root / "vendors").write_text("a file where the folder should be")
    response = admin_client.post("/admin/export")
    assert response.status_code == 500
    assert "could not be read or written" in text_of(response)
    shutil.rmtree(root)
    for address in ("/admin/import", "/admin/export"):
        for response in (admin_client.get(address), admin_client.post(address)):
            assert f"There is no folder {root}." in text_of(response)


def test_drafts_of_pages_are_never_exported(admin_client, admin_user, root):
    from codes.publishing import start_draft

    code = make_code(404)
    draft = start_draft(KINDS["codes"], code, admin_user)
    StatusCode.objects.filter(pk=draft.pk).update(summary="Not yet.")
    admin_client.post("/admin/export")
    assert "Not yet." not in (root / "codes/404.yaml").read_text()
    assert len(list(root.rglob("*.yaml"))) == 1
