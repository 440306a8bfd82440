"""The sitemap: every public page that has its own content."""

from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from codes.models import Meaning, StatusClass, StatusCode, Vendor
from compare.models import Comparison
from guides.models import Guide


class Codes(Sitemap):
    def items(self):
        return StatusCode.objects.published()

    def lastmod(self, code: StatusCode):
        return code.updated_at


class Snippets(Codes):
    """The page of all snippets of each code that has any."""

    def items(self):
        return super().items().filter(snippets__isnull=False).distinct()

    def location(self, code: StatusCode) -> str:
        return code.get_snippets_url()


class Classes(Sitemap):
    def items(self):
        return StatusClass.objects.all()


class Vendors(Sitemap):
    def items(self):
        told = Meaning.objects.filter(code__in=StatusCode.objects.published())
        # Databases sort text each in its own way.
        return sorted(Vendor.objects.filter(meanings__in=told).distinct(), key=lambda vendor: vendor.slug)


class Comparisons(Sitemap):
    """Curated ones only: any set of codes can be compared, which would be millions of addresses."""

    def items(self):
        return Comparison.objects.published()

    def lastmod(self, comparison: Comparison):
        return comparison.updated_at


class Guides(Sitemap):
    def items(self):
        return Guide.objects.published()

    def lastmod(self, guide: Guide):
        return guide.updated_at


class Pages(Sitemap):
    def items(self):
        names = ["home", "codes:codes", "codes:vendors", "codes:cheat-sheet", "compare:picker", "guides:guides"]
        return [*names, "quiz:start", "about"]

    def location(self, name: str) -> str:
        return reverse(name)


SITEMAPS = {
    "pages": Pages,
    "codes": Codes,
    "snippets": Snippets,
    "classes": Classes,
    "vendors": Vendors,
    "comparisons": Comparisons,
    "guides": Guides,
}
