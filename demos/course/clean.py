"""Notebooks as they are committed: without outputs and without traces of who ran them.

Run ``python demos/course/clean.py`` after editing; answers stay as they are.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def cleaned(text: str) -> str:
    """The text of a notebook, without outputs, counts of runs and metadata.

    Raises
    ------
    ValueError
        If it is no notebook.
    """
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
        source = cell["source"]
        cell["source"] = ("".join(source) if isinstance(source, list) else source).splitlines(keepends=True)
    notebook["metadata"] = METADATA
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> int:
    """Clean the notebooks of this folder, and say which were not; returns the exit code."""
    for path in sorted(HERE.glob("*.ipynb")):
        text = path.read_text(encoding="utf-8")
        if (clean := cleaned(text)) != text:
            path.write_text(clean, encoding="utf-8")
            print(f"cleaned {path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
