"""The same verbs from a shell: one module for each family of commands, put together in ``program``."""

from __future__ import annotations

import gc
import sys

__all__ = ["main"]

_OBJECTS = 100_000
"""New objects after which memory is looked through for cycles: a command makes many, and then ends."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; Ctrl-C is a sentence from the first moment on."""
    gc.set_threshold(_OBJECTS, 20, 20)
    try:
        from equitykit.cli.program import main as run
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        raise SystemExit(130) from None
    run(arguments)
