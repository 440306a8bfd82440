from django.apps import AppConfig


class StatusrefConfig(AppConfig):
    name = "statusref"
