"""One guard around everything a person can set off: nothing fails in silence, nothing gives answers away."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

from equitykit.errors import EquitykitError
from equitykit.evidence import now

__all__ = ["Guard", "WENT_WRONG"]

WENT_WRONG = "Something went wrong. Your answers are saved."


class Guard:
    """Runs handlers and catches what goes wrong.

    Attributes
    ----------
    errors : what went wrong and should not have. Problems a person can put right are not among them.
    log : where an error is noted: its kind and the places in the code, never a text somebody wrote.
    """

    def __init__(self, say: Callable[[str], None], *, log: Path | None = None) -> None:
        self.say = say
        self.log = log
        self.errors: list[BaseException] = []
        self.problem: Callable[[EquitykitError], None] = lambda error: say(str(error))

    def __call__(self, handler: Callable[..., Any]) -> Callable[..., None]:
        """Give the handler with the guard around it."""

        @wraps(handler)
        def guarded(*arguments: Any, **named: Any) -> None:
            try:
                handler(*arguments, **named)
            except EquitykitError as error:
                self.problem(error)
            except Exception as error:  # the one place where everything is caught
                self.failed(error)

        return guarded

    def failed(self, error: BaseException) -> None:
        """Keep, log and say that something went wrong."""
        self.errors.append(error)
        written = self._write(error)
        where = (
            f' What happened is noted in "{self.log.name}", without your text.'
            if written and self.log
            else ""
        )
        self.say(f"{WENT_WRONG}{where}")

    def _write(self, error: BaseException) -> bool:
        """Note the kind of the error and the places in the code."""
        if self.log is None:
            return False
        places = [
            f"  {Path(frame.filename).name}, line {frame.lineno}, in {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)
        ]
        text = "\n".join([f"{now()} {type(error).__name__}", *places])
        with suppress(OSError), self.log.open("a", encoding="utf-8") as file:
            file.write(f"{text}\n")
            return True
        return False
