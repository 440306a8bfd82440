"""Every kind of document of the site, in the order in which they name each other."""

from codes.documents import DOCUMENTS as CODE_DOCUMENTS

DOCUMENTS = [*CODE_DOCUMENTS]
