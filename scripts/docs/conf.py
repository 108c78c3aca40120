"""How Sphinx builds the site: ``bash scripts/docs.sh``."""

import sys
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[1]
sys.path[:0] = [str(_HERE), str(_ROOT), str(_ROOT / "envs"), str(_ROOT / "agents")]

from docs_steps.made_pages import made_pages  # noqa: E402

project = "darla"
author = "The darla developers"
project_copyright = author
html_title = "darla"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "docs_steps.blocks",
]
exclude_patterns = ["docs_steps"]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 6  # GitHub's, so that links to sections lead to the same places

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88
toc_object_entries_show_parents = "hide"

smartquotes = False  # options begin with two dashes

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = [str(made_pages())] if made_pages().is_dir() else []
html_copy_source = False
html_show_sphinx = False
html_show_search_summary = False  # it reads pages anew, which browsers forbid a file to do
html_theme_options = {"navigation_with_keys": True}
