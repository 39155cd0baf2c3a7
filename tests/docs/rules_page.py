"""docs/rules.md, made of the pages of the rules.

`python -m tests.docs.rules_page` writes it; a test compares.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

from jido_cli.lint.pages import TOPOLOGY, Page, codes, page

FILE = Path(__file__).parents[2] / "docs" / "rules.md"
WIDTH = 98
INTRODUCTION = """\
# Rules

What `jido lint` can find, by code. A finding names its code; `jido explain CODE` shows the same
text in the terminal. What is an *error* keeps a topology from starting: `jido up` exits 4, as do
`jido plan` and `jido graph`. A *warning* is hardly ever meant, but does not; `jido lint` exits 1
for both.

What the loader finds makes a file unusable. Any other finding can be meant, and then a comment
says so, at the end of its line or alone on the line above:

```yml
max_restarts: 1000  # jido: ignore[JD301] a load test of the supervisor
```

The reason is part of the comment. Ignored findings are counted in the last line of `jido lint`,
and a comment that ignores nothing is a finding itself.

Nothing of yours is imported or run by `jido lint`: Python that `run:` names is read as text.
"""


def rules_page() -> str:
    """Return the text of the page."""
    pages = [page(code) for code in codes()]
    loader = [each for each in pages if each.is_found_by_loader]
    judged = [each for each in pages if not each.is_found_by_loader]
    parts = [INTRODUCTION, "\n".join(_table(pages))]
    parts.append("## What the loader finds")
    parts += map(_section, loader)
    parts.append("## What is judged")
    parts += map(_section, judged)
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _table(pages: list[Page]) -> Iterator[str]:
    yield "| code | name | severity | what is wanted |"
    yield "| --- | --- | --- | --- |"
    for each in pages:
        anchor = f"{each.code.lower()}-{each.name}"
        yield f"| [{each.code}](#{anchor}) | `{each.name}` | {each.severity} | {each.summary} |"


def _section(each: Page) -> str:
    parts = [f"### {each.code} {each.name}", each.summary, f"**Why**: {each.why}"]
    for label, files in (("Wrong", each.bad), ("Right", each.good)):
        if any(text.strip() for text in files.values()):
            parts += _example(label, files)
    parts.append(f"**Fix**: {each.fix}")
    return "\n\n".join(part if "```" in part else _filled(part) for part in parts)


def _example(label: str, files: Mapping[str, str]) -> Iterator[str]:
    for name, text in files.items():
        head = f"{label}:" if name == TOPOLOGY else f"with `{name}`:"
        language = "py" if name.endswith(".py") else "yml"
        yield f"{head}\n\n```{language}\n{text}```"


def _filled(text: str) -> str:
    paragraphs = (" ".join(paragraph.split()) for paragraph in text.split("\n\n"))
    return "\n\n".join(
        textwrap.fill(each, WIDTH, break_on_hyphens=False, break_long_words=False)
        for each in paragraphs
    )


if __name__ == "__main__":
    FILE.write_text(rules_page(), encoding="utf-8")
