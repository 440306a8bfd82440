"""The walk of docs/editing.md, done by a browser on a fresh site; its pictures must look as the pages do now.

`UPDATE_PICTURES=1 pytest tests/test_editing_guide.py` makes them anew.
"""

import os
import re
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("server")]

PICTURES = Path(__file__).parent.parent / "docs/images"
# Mean difference of grey values, of 255, between two small copies. Another font gives about 3, another page above 10.
TOLERANCE = 7


def small(path: Path) -> Image.Image:
    return Image.open(path).convert("L").resize((120, 80), Image.Resampling.BOX)


class Guide:
    """A browser that keeps the pictures of the guide."""

    def __init__(self, page, folder: Path):
        self.page, self.folder, self.stale = page, folder, []

    def picture(self, name: str) -> None:
        path = self.folder / f"{name}.png"
        self.page.screenshot(path=path)
        kept = PICTURES / f"{name}.png"
        if os.environ.get("UPDATE_PICTURES"):
            Image.open(path).convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(kept, optimize=True)
        elif not kept.is_file():
            self.stale.append(f"{name} is missing")
        else:
            off = ImageStat.Stat(ImageChops.difference(small(path), small(kept))).mean[0]
            if off > TOLERANCE:
                self.stale.append(f"{name} differs by {off:.1f}")


@pytest.fixture
def guide(site, chromium, tmp_path):
    page = chromium.new_page(viewport={"width": 1200, "height": 800}, base_url=site.url, color_scheme="light")
    yield Guide(page, tmp_path)
    page.close()


def test_a_new_editor_comes_from_login_to_a_published_page(guide, site):
    page = guide.page
    page.goto("/admin/")
    guide.picture("editing-1-login")
    page.fill("#id_username", "admin")
    page.fill("#id_password", site.password)
    page.press("#id_password", "Enter")
    page.wait_for_url("**/admin/")
    guide.picture("editing-2-home")

    page.goto("/admin/codes/statuscode/add/")
    page.fill("#id_number", "477")
    page.fill("#id_name", "Kettle Empty")
    page.fill("#id_summary", "The kettle of this example is empty; fill it and send the request again.")
    page.fill("#id_gist", "Fill the kettle first")
    page.fill("#id_meaning", "This number is **made up** for the guide.")
    page.fill("#id_sent_by", "origin")
    page.wait_for_selector(".markdownx-preview strong")
    guide.picture("editing-3-page")
    page.click("input[name=_continue]")
    page.wait_for_url(re.compile(r"/change/$"))
    address = page.url
    assert "Draft." in page.inner_text(".page-state")

    page.click("text=Add a cause")
    page.fill("#id_title", "Nobody has filled the kettle")
    page.fill("#id_body", "The last guest took the water and told nobody. The level sensor reads zero.")
    page.fill("#id_sign", "kettle: level 0 of 1.7 l")
    page.click("text=Add another Fix")
    page.fill("#id_fixes-0-title", "Fill it")
    page.fill("#id_fixes-0-body", "Fill it up to the mark.")
    page.fill("#id_fixes-0-expected", "The sensor reads more than zero.")
    guide.picture("editing-4-cause")
    page.click("input[name=_save]")

    page.goto(address.replace("/change/", "/preview/"))
    assert "Nobody has filled the kettle" in page.content()
    guide.picture("editing-5-preview")
    assert page.request.get(f"{site.url}/477", headers={"Cookie": ""}).status == 404

    page.goto(address)
    page.click("text=Publish now")
    page.wait_for_load_state()
    assert "Published." in page.inner_text(".page-state")
    guide.picture("editing-6-published")
    assert page.request.get(f"{site.url}/477", headers={"Cookie": ""}).status == 200

    page.click("text=History")
    page.wait_for_load_state()
    guide.picture("editing-7-history")
    assert not guide.stale, f"Look at them, then run with UPDATE_PICTURES=1: {guide.stale}"
