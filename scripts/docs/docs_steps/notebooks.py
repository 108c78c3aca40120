"""A notebook as a page: its words, and its code without what it printed."""

import json
from pathlib import Path

from docs_steps.documents import ROOT


def notebook_text(name: str) -> str:
    """Return a notebook of ``scripts/docs`` as Markdown, with a link to the file itself first."""
    path = ROOT / "scripts/docs" / name
    lines: list[str] = []
    for kind, text in cells(path):
        lines += [text, ""] if kind == "markdown" else ["```python", text, "```", ""]
    title, _, rest = "\n".join(lines).partition("\n")
    return f"{title}\n\n{{download}}`As a notebook </{name}>`, to be run cell by cell.\n{rest}"


def cells(path: Path) -> list[tuple[str, str]]:
    """Return the kind (``markdown`` or ``code``) and the text of each cell of a notebook."""
    notebook = json.loads(path.read_text())
    return [(each["cell_type"], "".join(each["source"])) for each in notebook["cells"]]
