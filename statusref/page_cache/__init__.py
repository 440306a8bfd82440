"""Ready pages, kept in the memory of each process.

`PageCache` wraps the WSGI application. The pages of the sitemap are held as the bytes that go out, compressed, with a
strong validator for each encoding; a hit reaches neither Django nor the database. `Watch` looks at the version of the
content twice a second and says which pages are no longer true. While the database is away, what is held is served on.
"""

from .application import PageCache

__all__ = ["PageCache"]
