"""Who may do what: writers write drafts, editors publish. What is live changes only by those who may publish."""

from django.contrib.auth.models import AbstractBaseUser
from django.db import models

from codes.models import Publishable


def may_publish(user: AbstractBaseUser, model: type[models.Model]) -> bool:
    """May `user` publish, withdraw, and change what is live?"""
    return user.has_perm(f"{model._meta.app_label}.publish_{model._meta.model_name}")


def is_live(page: models.Model) -> bool:
    """Is the page published or scheduled, so that a change to it is a change for visitors?"""
    return isinstance(page, Publishable) and page.draft_of_id is None and page.published_at is not None


def may_change(user: AbstractBaseUser, page: models.Model | None) -> bool:
    """May `user`, who has the model's change permission, change this very page?"""
    return page is None or not is_live(page) or may_publish(user, type(page))
