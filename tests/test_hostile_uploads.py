"""The Markdown editor's addresses: nothing is uploaded by anybody, and only staff see a preview."""

import io

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

pytestmark = pytest.mark.django_db

PREVIEW, UPLOAD = "/admin/markdown-preview", "/admin/markdown-upload"


def picture(kind: str = "PNG", size: tuple[int, int] = (8, 8)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size).save(buffer, kind)
    return buffer.getvalue()


FILES = {
    "a picture": SimpleUploadedFile("a.png", picture(), "image/png"),
    "an SVG with a script": SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
    "HTML named as a picture": SimpleUploadedFile("a.png", b"<script>alert(1)</script>", "image/png"),
    "HTML": SimpleUploadedFile("a.html", b"<script>alert(1)</script>", "text/html"),
    "a path": SimpleUploadedFile("../../settings.py", b"DEBUG = True", "image/png"),
    "a wide bomb": SimpleUploadedFile("a.gif", picture("GIF", (4000, 4000)), "image/gif"),
    "nothing": SimpleUploadedFile("a.png", b"", "image/png"),
}


def people() -> dict[str, Client]:
    clients = {
        "anonymous": Client(),
        "outsider": Client(),
        "Writers": Client(),
        "no token": Client(enforce_csrf_checks=True),
    }
    for name in ("outsider", "Writers", "no token"):
        user = User.objects.create_user(name.replace(" ", "-"), is_staff=name != "outsider")
        if name in ("Writers", "no token"):
            user.groups.add(Group.objects.get(name="Writers"))
        clients[name].force_login(user)
    return clients


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("who", ["anonymous", "outsider", "Writers", "no token"])
def test_no_upload_of_anything_by_anybody(who, file, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    FILES[file].seek(0)
    assert people()[who].post(UPLOAD, {"image": FILES[file]}).status_code == 403
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("who", ["anonymous", "outsider", "no token"])
@pytest.mark.parametrize("text", ["# Heading", "<script>alert(1)</script>", "x" * 200_000])
def test_no_preview_for_strangers_nor_without_a_token(who, text):
    response = people()[who].post(PREVIEW, {"content": text})
    assert response.status_code == 403
    assert "<h1>Heading" not in response.content.decode()


@pytest.mark.parametrize("data", [{}, {"content": "x" * 60_001}])
def test_a_bad_preview_request_says_what_would_be_right(data):
    response = people()["Writers"].post(PREVIEW, data)
    assert response.status_code == 400
    assert "at most 60,000 characters" in response.content.decode()


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[a](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![a](data:text/html,x)"],
)
def test_a_preview_never_runs_anything(text):
    response = people()["Writers"].post(PREVIEW, {"content": text})
    assert response.status_code == 200
    html = response.content.decode().lower()
    assert (
        "<script" not in html
        and "<img src=x" not in html
        and 'href="javascript' not in html
        and 'src="data:' not in html
    )
