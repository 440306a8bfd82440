"""Every kind of document of the site, in the order in which they name each other."""

from codes.documents import DOCUMENTS as CODE_DOCUMENTS
from compare.documents import DOCUMENTS as COMPARISONS
from guides.documents import DOCUMENTS as GUIDES
from quiz.documents import DOCUMENTS as QUESTIONS
from search.documents import DOCUMENTS as SYNONYMS

DOCUMENTS = [*CODE_DOCUMENTS, *COMPARISONS, *GUIDES, *QUESTIONS, *SYNONYMS]
