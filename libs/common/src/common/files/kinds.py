"""Kinds of files as values, and which of them a route takes.

PROOFS = Files((JPEG, PNG, PDF), at_most=5 * MB)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from common.errors import Message
from common.files.formats import formats_of
from common.files.refusals import POINTER, FileRefused, unreadable

MB = 1024 * 1024

MAX_FILE = 32 * MB
"""Bytes of a file on any route: it is kept in memory until it is answered, and a process receives several at once.

A text with 100,000 graduates has 25 MB if all columns of our template are filled that students have.
"""

Refuse = Callable[[Sequence[str], str], FileRefused]
"""The refusal of a file that is none of the kinds, by the formats that it has and the pointer to it."""


@dataclass(frozen=True)
class FileKind:
    """One kind: `label` is what people call it, `media_type` what a body of it is sent as.

    `is_meant` judges the content alone, and takes no file that is of another kind as well.
    """

    name: str
    label: str
    media_type: str
    is_meant: Callable[[bytes], bool]


@dataclass(frozen=True)
class Files:
    """What a route takes: a file of one of these kinds, of at most so many bytes.

    `refuse` words the refusal of every other file where the kinds have a remedy of their own.
    """

    kinds: tuple[FileKind, ...]
    at_most: int
    refuse: Refuse | None = None

    def __post_init__(self) -> None:
        if not 0 < self.at_most <= MAX_FILE:
            raise ValueError(f"a file may have at most {MAX_FILE} bytes, or this process has no memory for it")

    @property
    def size(self) -> str:
        """The limit as people read it."""
        return f"{self.at_most / MB:g} MB"

    @property
    def about(self) -> str:
        """What OpenAPI says of the file."""
        return f"{_listed([kind.label for kind in self.kinds], ' or ')}, by its content; at most {self.size}"

    def kind_of(self, content: bytes, pointer: str = POINTER) -> str:
        """The name of the kind that a file is of, whatever it is called; raises FileRefused."""
        if not content or content.isspace():
            raise unreadable("file_empty", pointer=pointer)
        for kind in self.kinds:
            if kind.is_meant(content):
                return kind.name
        raise (self.refuse or self._refuse)(formats_of(content), pointer)

    def _refuse(self, formats: Sequence[str], pointer: str) -> FileRefused:
        labels = [kind.label for kind in self.kinds]
        zh, en = f"应为 {_listed(labels, ' 或 ', '、')} 文件", f"Must be a file of {_listed(labels, ' or ')}"
        if formats:
            zh, en = f"{zh}；收到的是 {' + '.join(formats)}", f"{en}; this one is {' + '.join(formats)}"
        return FileRefused("file_kind", Message(zh, en), pointer)


def _listed(labels: Sequence[str], last: str, between: str = ", ") -> str:
    *first, end = labels
    return last.join([between.join(first), end]) if first else end


def _plain(name: str, label: str, media_type: str) -> FileKind:
    return FileKind(name, label, media_type, lambda content: formats_of(content) == [label])


JPEG = _plain("jpeg", "JPEG", "image/jpeg")
PNG = _plain("png", "PNG", "image/png")
PDF = _plain("pdf", "PDF", "application/pdf")
ZIP = _plain("zip", "ZIP", "application/zip")
