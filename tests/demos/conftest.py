"""The demos are scripts that import their siblings: their folder has to be on the path."""

import sys
from pathlib import Path

DEMOS = Path(__file__).parents[2] / "demos"

sys.path[:0] = [str(DEMOS), str(DEMOS / "course")]
