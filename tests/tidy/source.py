"""The files of a tree, and C++ text with comments and literals blanked out."""

import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CPP = (".hpp", ".cpp")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.MULTILINE)
# In this order: a comment hides quotes, a literal hides comment marks.
HIDDEN = re.compile(
    r'//[^\n]*|/\*.*?\*/'
    r'|R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.DOTALL)
TOKEN = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class Include:
    line: int
    quoted: bool  # "..." and not <...>
    name: str


@dataclass
class Source:
    path: str  # from the root, with forward slashes
    text: str

    @property
    def suffix(self) -> str:
        return Path(self.path).suffix

    @property
    def is_cpp(self) -> bool:
        return self.suffix in CPP

    @property
    def is_script(self) -> bool:
        return self.suffix in (".py", ".sh") or self.text.startswith("#!")

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def includes(self) -> list[Include]:
        return [Include(self.text.count("\n", 0, m.start(2)) + 1, m.group(1) == '"', m.group(2))
                for m in INCLUDE.finditer(without_comments(self.text))]

    @cached_property
    def code(self) -> str:
        """The text without comments, literals and include lines; every line keeps its number."""
        return INCLUDE.sub("", blank(self.text, HIDDEN))

    def tokens(self, names: frozenset[str]) -> list[tuple[int, str]]:
        return [(self.code.count("\n", 0, m.start()) + 1, m.group())
                for m in TOKEN.finditer(self.code) if m.group() in names]


def blank(text: str, pattern: re.Pattern) -> str:
    return pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def without_comments(text: str) -> str:
    return HIDDEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group())
                      if m.group().startswith(("//", "/*")) else m.group(), text)


def read_tree(root: Path) -> list[Source]:
    """What git tracks; in a folder that is no checkout, every file outside build/ and .git/."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-z"], capture_output=True)
    if listed.returncode == 0 and (root / ".git").exists():
        names = [name for name in listed.stdout.decode().split("\0") if name]
    else:
        names = [p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file()]
        names = [n for n in names if not n.startswith(("build/", ".git/"))]
    sources = []
    for name in sorted(names):
        path = root / name
        if not path.is_file() or path.is_symlink():
            continue
        try:
            sources.append(Source(name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue  # an image or another binary file
    return sources
