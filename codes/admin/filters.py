"""Filters of the list of status codes."""

from django.contrib import admin

from codes.expectations import PARTS, lacking, with_parts
from codes.models import StatusClass, StatusCode
from codes.models.base import PublishableQuerySet


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [(state, state.capitalize()) for state in ("draft", "scheduled", "published", "newer draft")]

    def queryset(self, request, queryset):
        match self.value():
            case "draft":
                return queryset.filter(published_at=None, draft_of=None)
            case "scheduled":
                return queryset.scheduled()
            case "published":
                return PublishableQuerySet.published(queryset)
            case "newer draft":
                return queryset.filter(draft_of__isnull=False)
        return queryset


class ClassFilter(admin.SimpleListFilter):
    title = "class"
    parameter_name = "class"

    def lookups(self, request, model_admin):
        return [(str(row.digit), str(row)) for row in StatusClass.objects.only("digit", "slug", "name")]

    def queryset(self, request, queryset):
        return queryset.of_class(int(self.value())) if self.value() in list("0123456") else queryset


class LacksFilter(admin.SimpleListFilter):
    """Pages without a part that their like usually have (`codes.expectations`)."""

    title = "usually has, but lacks"
    parameter_name = "lacks"

    def lookups(self, request, model_admin):
        return [("any", "Anything"), *((key, part.title.capitalize()) for key, part in PARTS.items())]

    def queryset(self, request, queryset):
        wanted = self.value()
        if wanted is None:
            return queryset
        lacks = {code.pk: lacking(code) for code in with_parts(StatusCode.objects.filter(draft_of=None))}
        return queryset.filter(
            pk__in=[pk for pk, parts in lacks.items() if wanted in parts or (parts and wanted == "any")]
        )
