"""Who may do what: writers write drafts, editors publish. What is live changes only by those who may publish."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from codes.models import Publishable
from codes.publishing import may_publish

__all__ = ["is_live", "may_change", "may_publish"]


def is_live(page: models.Model) -> bool:
    """Is the page published or scheduled, so that a change to it is a change for visitors?"""
    return isinstance(page, Publishable) and page.draft_of_id is None and page.published_at is not None


def may_change(user: AbstractBaseUser, page: models.Model | None) -> bool:
    """May `user`, who has the model's change permission, change this very page?"""
    return page is None or not is_live(page) or may_publish(user, type(page))
