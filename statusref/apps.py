from django.apps import AppConfig


class StatusrefConfig(AppConfig):
    name = "statusref"

    def ready(self) -> None:
        from search.entries import register
        from statusref.found import SOURCES

        for source in SOURCES:
            register(source)
