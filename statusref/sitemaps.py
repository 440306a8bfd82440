"""The sitemap: every public page that has its own content."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from codes.models import Meaning, StatusClass, StatusCode, Vendor


class Codes(Sitemap):
    def items(self):
        return StatusCode.objects.published()

    def lastmod(self, code: StatusCode):
        return code.updated_at


class Classes(Sitemap):
    def items(self):
        return StatusClass.objects.all()


class Vendors(Sitemap):
    def items(self):
        told = Meaning.objects.filter(code__in=StatusCode.objects.published())
        return Vendor.objects.filter(meanings__in=told).distinct()


class Pages(Sitemap):
    def items(self):
        return ["home", "codes:codes", "codes:vendors", "codes:cheat-sheet", "about"]

    def location(self, name: str) -> str:
        return reverse(name)


SITEMAPS = {"pages": Pages, "codes": Codes, "classes": Classes, "vendors": Vendors}
