"""The reference built by mkdocs with mkdocstrings; its warnings are errors."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from autograd.errors import ArgumentError, RenderError
from handbook.pages import Nav

_HERE = Path(__file__).parent
_NEEDED = ("mkdocs", "material", "mkdocstrings_handlers.python")
_ASSETS = ("style.css", "filter.js")


def need_mkdocs() -> None:
    """Raise where what builds the reference is not installed."""
    for name in _NEEDED:
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            found = None
        if found is None:
            raise ArgumentError(
                f"expected {name.partition('.')[0]} to build the reference, got none installed; "
                "run pip install 'scalar-autograd[docs]'"
            )


def build(docs: Path, nav: Nav, out: Path) -> None:
    """Build a folder of Markdown into one of pages.

    Raises
    ------
    RenderError
        If mkdocs fails or warns of anything.
    """
    for name in _ASSETS:
        shutil.copy(_HERE / name, docs / name)
    config = docs.parent / "mkdocs.yml"
    config.write_text(json.dumps(settings(docs, nav, out)), encoding="utf-8")  # JSON is YAML
    command = [sys.executable, "-W", "ignore", "-m", "mkdocs", "build", "--strict", "--config-file", config]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode:
        raise RenderError(f"expected mkdocs to build without a warning, got:\n{done.stdout}{done.stderr}")
    (out / "404.html").unlink()  # for a server alone, whose root its links begin at


def settings(docs: Path, nav: Nav, out: Path) -> dict[str, Any]:
    """What is said to mkdocs: nothing from a network, names of the package alone, links and anchors checked."""
    toggle = "Light and dark"
    palette = [
        {"media": f"(prefers-color-scheme: {scheme})", "scheme": name, "primary": "custom", "accent": "custom",
         "toggle": {"icon": "material/theme-light-dark", "name": toggle}}
        for scheme, name in (("light", "default"), ("dark", "slate"))
    ]  # fmt: skip
    options = {
        "docstring_style": "numpy",
        "docstring_section_style": "list",
        "docstring_options": {"warn_unknown_params": True},
        "show_source": False,
        "show_bases": True,
        "show_root_heading": True,
        "show_root_full_path": True,
        "show_root_toc_entry": False,
        "show_overloads": True,
        "overloads_only": True,
        "heading_level": 1,
        "separate_signature": True,
        "show_signature_annotations": True,
        "signature_crossrefs": True,
        "merge_init_into_class": True,
        "members_order": "source",
        "filters": ["!^_(?!_call__$)"],
        "inherited_members": True,
    }
    return {
        "site_name": "scalar-autograd",
        "site_url": "",
        "docs_dir": str(docs.resolve()),
        "site_dir": str(out.resolve()),
        "use_directory_urls": False,
        "nav": nav,
        "theme": {
            "name": "material",
            "font": False,
            "palette": palette,
            "features": ["navigation.indexes", "navigation.prune", "toc.follow"],
            "icon": {"logo": "material/function-variant"},
        },
        "extra_css": ["style.css"],
        "extra_javascript": ["filter.js"],
        "extra": {"generator": False},
        "hooks": [str(_HERE / "hooks.py")],
        "plugins": [
            {"mkdocstrings": {"handlers": {"python": {"paths": [str(_HERE.parents[1])], "options": options}}}},
        ],
        "markdown_extensions": ["attr_list", "md_in_html", "pymdownx.highlight", "pymdownx.superfences",
                                "pymdownx.details", "admonition"],
        "validation": {"nav": {"omitted_files": "warn", "not_found": "warn"},
                       "links": {"not_found": "warn", "anchors": "warn", "absolute_links": "warn"}},
    }  # fmt: skip
