"""The closed lists of words that pages choose from: stored value, and the words a reader sees."""

from django.db.models import TextChoices


class Registration(TextChoices):
    """What IANA's registry says of the number (RFC 9110 §16.2.1)."""

    ASSIGNED = "assigned", "Assigned"
    TEMPORARY = "temporary", "Temporary"
    UNUSED = "unused", "Unused"
    OBSOLETED = "obsoleted", "Obsoleted"
    UNREGISTERED = "unregistered", "Not registered"


class WhereSeen(TextChoices):
    SENT = "sent", "On the wire"
    LOG = "log", "Only in server logs"
    CLIENT = "client", "Only on the client's side"
    INTERNAL = "internal", "Inside one program only"


class Hop(TextChoices):
    """Who can speak on the way between a client and an application."""

    ORIGIN = "origin", "Origin server"
    GATEWAY = "gateway", "Proxy or gateway"
    LOAD_BALANCER = "load-balancer", "Load balancer"
    CDN = "cdn", "CDN edge"
    FORWARD_PROXY = "forward-proxy", "Forward proxy"
    INTERCEPTING_PROXY = "intercepting-proxy", "Intercepting proxy"
    CLIENT_LIBRARY = "client-library", "Client library"

    @property
    def in_text(self) -> str:
        """The label inside a sentence."""
        return self.label if self is Hop.CDN else self.label.lower()

    @property
    def stop(self) -> "Stop":
        """Where this hop stands on the line from client to database."""
        return {
            Hop.ORIGIN: Stop.APP,
            Hop.CDN: Stop.CDN,
            Hop.CLIENT_LIBRARY: Stop.CLIENT,
        }.get(self, Stop.PROXY)


class Stop(TextChoices):
    """The five stops of the line "where it broke"."""

    CLIENT = "client", "Client"
    CDN = "cdn", "CDN"
    PROXY = "proxy", "Proxy"
    APP = "app", "App server"
    BACKEND = "backend", "Database, services"


class Storage(TextChoices):
    """May a cache store the response (RFC 9111 §3, §4.2.2)?"""

    HEURISTIC = "heuristic", "Yes, by default"
    EXPLICIT = "explicit", "Only if the response says so"
    NEVER = "never", "Never"
    UPDATES = "updates", "Updates the stored response"
    NONE = "none", "Does not apply"


class BodyRule(TextChoices):
    ALLOWED = "allowed", "Allowed"
    FORBIDDEN = "forbidden", "None"
    REQUIRED = "required", "Required"


class RetryRule(TextChoices):
    NOT_NEEDED = "not-needed", "Not needed"
    NO = "no", "No"
    AFTER_CHANGE = "after-change", "After a change"
    LATER = "later", "Later"
    IDEMPOTENT = "idempotent", "Idempotent requests only"
    YES = "yes", "Yes"
    NONE = "none", "Does not apply"


class RedirectRule(TextChoices):
    MAY_CHANGE = "may-change", "POST may become GET"
    BECOMES_GET = "becomes-get", "Becomes GET"
    KEEP = "keep", "Method and content kept"
    NOT_REDIRECT = "not-redirect", "Not followed as a redirect"


class NameKind(TextChoices):
    EARLIER = "earlier", "Earlier name"
    ALIAS = "alias", "Also called"
    CONSTANT = "constant", "Constant"


class Level(TextChoices):
    """Keywords of RFC 2119 and RFC 8174, and one for fields that no keyword asks for."""

    MUST = "MUST", "MUST"
    MUST_NOT = "MUST NOT", "MUST NOT"
    SHOULD = "SHOULD", "SHOULD"
    SHOULD_NOT = "SHOULD NOT", "SHOULD NOT"
    MAY = "MAY", "MAY"
    USED = "used", "used for"


class Actor(TextChoices):
    SERVER = "server", "Server"
    CLIENT = "client", "Client"
    CACHE = "cache", "Cache"
    PROXY = "proxy", "Proxy"
    ANYONE = "anyone", "Anyone"


class FingerprintKind(TextChoices):
    HEADER = "header", "Header field"
    PAGE = "page", "Text on the page"
    LOG = "log", "Log line"
    FLAG = "flag", "Log flag"
    DURATION = "duration", "Duration"


class Layer(TextChoices):
    """Where a cause lies."""

    CLIENT = "client", "Client"
    DNS = "dns", "DNS"
    NETWORK = "network", "Network"
    TLS = "tls", "TLS"
    CDN = "cdn", "CDN"
    LOAD_BALANCER = "load-balancer", "Load balancer"
    PROXY = "proxy", "Proxy"
    WEB_SERVER = "web-server", "Web server"
    RUNTIME = "runtime", "Runtime"
    APP = "app", "Application"
    DATABASE = "database", "Database"
    SERVICE = "service", "Other service"
    HOST = "host", "Host"


class Role(TextChoices):
    RETURN = "return", "Return it"
    HANDLE = "handle", "Handle it in a client"
    CONFIGURE = "configure", "Configure it"


class SectionKind(TextChoices):
    OVERVIEW = "overview", "Overview"
    MISUSE = "misuse", "Misuses"
    PITFALL = "pitfall", "Common misreadings"
    USAGE = "usage", "When to use it, and when not"
    VISITOR = "visitor", "If you are just visiting"
    SYMPTOM = "symptom", "What one sees"
    IMPACT = "impact", "Impact"
    OPERATIONS = "operations", "In production"
    PREVENTION = "prevention", "Prevent it"
    SCENARIO = "scenario", "Scenarios"
    ADVANCED = "advanced", "Going further"
    SECURITY = "security", "Security"
    PERFORMANCE = "performance", "Performance"
    FAQ = "faq", "Questions"
    NOTE = "note", "Notes"


class Topic(TextChoices):
    INDEXING = "indexing", "Indexing"
    CRAWLING = "crawling", "Crawling"
    CANONICAL = "canonical", "Canonical address"
    ROBOTS = "robots.txt", "robots.txt"


class RelationKind(TextChoices):
    CONFUSED = "confused", "Easily confused with"
    RELATED = "related", "Related"


class VendorKind(TextChoices):
    WEB_SERVER = "web-server", "Web server"
    PROXY = "proxy", "Proxy"
    LOAD_BALANCER = "load-balancer", "Load balancer"
    CDN = "cdn", "CDN and edge"
    FRAMEWORK = "framework", "Framework"
    PLATFORM = "platform", "Platform"
    API = "api", "API"
    CLIENT = "client", "Client"
    OTHER = "other", "Other"


class PlatformKind(TextChoices):
    LANGUAGE = "language", "Language"
    FRAMEWORK = "framework", "Framework"
    WEB_SERVER = "web-server", "Web server or edge"
    OPERATING_SYSTEM = "operating-system", "System"
    CLIENT = "client", "Client"
