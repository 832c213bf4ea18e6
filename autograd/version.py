"""Which version this is."""

from __future__ import annotations

DISTRIBUTION = "scalar-autograd"


def version() -> str:
    """The version of the installed distribution, ``"0+unknown"`` where the packages lie on the path without one."""
    from importlib import metadata  # takes longer than both packages, and few ask

    try:
        return metadata.version(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        return "0+unknown"
