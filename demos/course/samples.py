"""The digits of the demos, for notebooks, which know no folder but their own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from loading import Images, read_csv, split

__all__ = ["Images", "read_csv", "split"]
