"""Pages of encoders, which ``scripts/docs.sh`` makes before the site, where it can."""

from pathlib import Path

from docs_steps.documents import ROOT


def made_pages() -> Path:
    """Return the folder whose files are put beside the site's first page; it may not be there."""
    return ROOT / "build/pages"


def page_text(encoder: str, up: str) -> str:
    """Return a link to an encoder's page, or how to have one where the site was built without.

    Args:
        encoder: its name.
        up: the way from the page that holds the link to the site's first page, such as ``..``.
    """
    file = made_pages() / f"{encoder}.html"
    if file.is_file():
        size = round(file.stat().st_size / 1e6)
        link = f'<a class="made-page" href="{up}/{file.name}">Move the latents of {encoder}</a>'
        return f"{link}, here in this browser ({size} MB, nothing to install)."
    return (
        f"This site was built without npm, and so without a page of `{encoder}` to try here; "
        "`bash scripts/docs.sh` makes it where there is npm."
    )
