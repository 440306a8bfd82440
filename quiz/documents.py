"""Questions as files: `content/questions/<slug>.yaml`."""

from codes.documents import DocumentKind, RowKind

from .models import Choice, Question, QuestionCode
from .rules import wrong_with_document

QUESTION = DocumentKind(
    folder="questions",
    model=Question,
    identity="slug",
    keys="""slug title kind topic skill difficulty published_at prompt transcript explanation read source source_url""",
    rows={
        "codes": RowKind(QuestionCode, "question", "code", ("code",)),
        "choices": RowKind(Choice, "question", "text is_correct match why read", ("text",)),
    },
    check=wrong_with_document,
)
DOCUMENTS = [QUESTION]
