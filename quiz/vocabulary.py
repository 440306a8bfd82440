"""The closed lists of words of the quiz: stored value, and the words a reader sees."""

from django.db.models import TextChoices


class Kind(TextChoices):
    """How a question is answered."""

    SINGLE = "single", "One is right"
    SEVERAL = "several", "Several are right"
    NUMBER = "number", "Type the number"
    ORDER = "order", "Put in order"
    MATCH = "match", "Match"
    NEXT = "next", "What happens next?"

    @property
    def task(self) -> str:
        """What the reader is asked to do."""
        return {
            Kind.SEVERAL: "Choose every one that is right.",
            Kind.NUMBER: "Type the number.",
            Kind.ORDER: "Give each its place.",
            Kind.MATCH: "Give each its partner.",
        }.get(self, "Choose the one that is right.")


class Topic(TextChoices):
    BASICS = "basics", "Basics"
    CACHING = "caching", "Caching"
    CONDITIONAL = "conditional", "Validators and ranges"
    AUTH = "auth", "Who are you, and may you?"
    REDIRECTS = "redirects", "Redirects"
    GATEWAYS = "gateways", "Gateways and proxies"
    APIS = "apis", "API design"
    VENDORS = "vendors", "Vendors’ numbers"
    RATE_LIMITS = "rate-limits", "Rate limits"
    CONTENT = "content", "Content and uploads"
    CONNECTION = "connection", "Connections and protocols"
    SEARCH_ENGINES = "search-engines", "Search engines"


class Skill(TextChoices):
    """What a question trains."""

    DECIDE = "decide", "Which code would you return?"
    LOG = "log", "Read the log"
    APART = "apart", "Tell them apart"
    HEADERS = "headers", "Header fields"
    BEHAVIOR = "behavior", "What clients, caches and proxies do"
    DIAGNOSE = "diagnose", "Where to look, what to do"
    NAME = "name", "Names"


class Difficulty(TextChoices):
    EASY = "easy", "Easy"
    MEDIUM = "medium", "Medium"
    HARD = "hard", "Hard"
