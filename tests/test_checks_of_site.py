"""The text checks on the whole site, as it is in content/."""

import pytest
from django.test import Client

from codes import links
from codes.blocks import blocks_of
from codes.documents import DOCUMENTS, dump, load
from codes.documents.kinds import REGISTRY
from codes.models import StatusCode
from codes.models.page import load_page

pytestmark = [pytest.mark.usefixtures("whole_site"), pytest.mark.whole_site, pytest.mark.django_db]

CODE = next(kind for kind in DOCUMENTS if kind.model is StatusCode)


def test_the_blocks_of_every_page_are_those_that_links_may_name():
    for code in StatusCode.objects.published():
        data = load(CODE, CODE.path(code), dump(CODE, code))[0]
        load_page(code, None)
        assert {block.anchor for block in blocks_of(code)} <= links.anchors_of_code(data), code


@pytest.mark.parametrize("kind", REGISTRY.values(), ids=lambda kind: kind.folder)
def test_every_kind_of_page_has_its_checks_page_for_those_who_may_see_it(admin_client, kind):
    page = kind.model.objects.order_by("pk").first()
    address = f"/admin/{page._meta.app_label}/{page._meta.model_name}/{page.pk}/checks/"
    assert admin_client.get(address).status_code == 200
    assert address in admin_client.get(address.replace("checks", "change")).content.decode()
    assert Client().get(address).status_code == 302
    assert admin_client.get(address.replace(f"/{page.pk}/", "/987654/")).status_code == 404
