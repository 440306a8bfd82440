"""The content files: read together, written one by one."""

import difflib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

from .kinds import DocumentKind
from .reading import Problem


class Unreadable(Exception):
    """Files that hold no text; `problems` tells of each."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


def read_files(kinds: Iterable[DocumentKind], root: Path) -> dict[str, str]:
    """Return the text of every document below `root`, by its path there. Raises `Unreadable`."""
    texts, problems = {}, []
    kinds = list(kinds)
    for kind in kinds:
        problems += _misplaced(kind, root, [other.folder for other in kinds])
        for file in sorted((root / kind.folder).glob("*.yaml")):
            path = f"{kind.folder}/{file.name}"
            if file.is_symlink() or not file.is_file():
                problems.append(Problem(path, 1, "This is not a plain file. Put the page itself here, or remove it."))
                continue
            content = file.read_bytes()
            try:
                texts[path] = content.decode("utf-8")
            except UnicodeDecodeError as error:
                line = content[: error.start].count(b"\n") + 1
                problems.append(Problem(path, line, f"This is not UTF-8 ({error.reason}). Save it as UTF-8."))
    if problems:
        raise Unreadable(problems)
    return texts


def _misplaced(kind: DocumentKind, root: Path, known: list[str]) -> Iterable[Problem]:
    """What somebody meant to be a page of this kind, and would otherwise be passed over in silence."""
    for entry in sorted((root / kind.folder).glob("[!.]*")):
        path = f"{kind.folder}/{entry.name}"
        if entry.is_dir() and any(entry.rglob("*.y*ml")):
            yield Problem(path, 1, f"Folders in {kind.folder}/ are not read. Put its pages right into {kind.folder}/.")
        elif entry.suffix != ".yaml" and entry.suffix.lower() in (".yml", ".yaml"):
            yield Problem(path, 1, f'Only files that end with ".yaml" are read. Rename it to {entry.stem}.yaml.')
    for folder in sorted(root.glob("[!.]*/")):
        if folder.name not in known and difflib.get_close_matches(folder.name, [kind.folder], 1, 0.8):
            yield Problem(folder.name, 1, f"Pages in this folder are not read. Did you mean {kind.folder}/?")


def write_file(path: Path, text: str) -> None:
    """Replace the file by `text` in one step, or remove it where the text is empty."""
    if not text:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
