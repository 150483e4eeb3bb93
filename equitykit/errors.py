"""What can go wrong, each with what was wrong, what is allowed, and the next step."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "AssessmentDamaged",
    "AssessmentError",
    "AssessmentStale",
    "AuditFailed",
    "BaselineError",
    "BenchmarkError",
    "CodebookError",
    "CompareError",
    "ConfigError",
    "DesignError",
    "EquitykitError",
    "InstrumentError",
    "MeasureError",
    "MergeError",
    "MissingExtra",
    "NotANumber",
    "ReadError",
    "TallyTooLarge",
    "UnknownName",
    "UnusableChoice",
    "nearest",
]


def nearest(name: object, options: Iterable[str]) -> str | None:
    """Closest of the allowed names, or None where nothing is close."""
    by_lower = {option.lower(): option for option in options}
    close = get_close_matches(str(name).lower(), list(by_lower), n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


class EquitykitError(Exception):
    """Something a person can put right; the message says how.

    Parameters
    ----------
    problem : what was wrong, with the offending text quoted.
    allowed : what would have been accepted.
    did_you_mean : the nearest allowed name.
    next_step : what to do now.
    """

    def __init__(
        self,
        problem: str,
        *,
        allowed: Iterable[str] | None = None,
        did_you_mean: str | None = None,
        next_step: str | None = None,
    ) -> None:
        self.problem = problem
        self.allowed = tuple(allowed) if allowed is not None else None
        self.did_you_mean = did_you_mean
        self.next_step = next_step
        super().__init__(self._text())

    def _text(self) -> str:
        parts = [self.problem]
        if self.did_you_mean:
            parts.append(f'Did you mean "{self.did_you_mean}"?')
        if self.allowed:
            parts.append(f"Allowed: {', '.join(self.allowed)}.")
        if self.next_step:
            parts.append(self.next_step)
        return " ".join(parts)


class ReadError(EquitykitError):
    """A file or frame could not be read as data."""


class NotANumber(ReadError):
    """A column that should hold numbers of 0 or more holds something else (`text`; None for a blank)."""

    def __init__(self, column: str, text: str | None) -> None:
        self.column, self.text = column, text
        said = "is blank" if text is None else f'holds "{text[:40]}"'
        super().__init__(
            f'The column "{column}" {said} somewhere; it should hold numbers of 0 or more.',
            next_step="Clean that value, or leave those rows out of the file.",
        )


class TallyTooLarge(EquitykitError):
    """A tally would have too many rows to hold or to show."""


class CodebookError(EquitykitError):
    """A codebook does not say what it must, or does not fit the data."""


class DesignError(EquitykitError):
    """A form that was asked for is not made, or not without what protects the people asked."""


class BenchmarkError(EquitykitError):
    """A benchmark cannot be used with these data."""


class BaselineError(EquitykitError):
    """A file of accepted findings cannot be used."""


class ConfigError(EquitykitError):
    """A configuration file says something that cannot be used."""


class CompareError(EquitykitError):
    """Two audits cannot be compared."""


class UnusableChoice(EquitykitError):
    """What was chosen leaves nothing to do."""


class UnknownName(EquitykitError):
    """A check, measure, standard, code system, instrument or column that does not exist."""

    def __init__(self, kind: str, name: str, options: Iterable[str], *, next_step: str | None = None) -> None:
        options = tuple(options)
        match = nearest(name, options)
        shown = options if len(options) <= 25 else None
        super().__init__(
            f'There is no {kind} "{name}".',
            did_you_mean=match,
            allowed=shown,
            next_step=next_step,
        )


class MeasureError(EquitykitError):
    """A measure was asked for that these groups cannot give."""


class InstrumentError(EquitykitError):
    """An instrument file does not describe a usable instrument."""


class AssessmentError(EquitykitError):
    """An assessment file or an answer in it is not usable."""


class MergeError(EquitykitError):
    """Assessments cannot be put together."""


class AssessmentStale(AssessmentError):
    """Somebody else saved a newer revision of the assessment."""


class AssessmentDamaged(AssessmentError):
    """The assessment file cannot be read; it is left as it is."""


class AuditFailed(EquitykitError):
    """An audit holds findings at or above the severity that was asked for."""


class MissingExtra(EquitykitError):
    """An optional part of equitykit is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a part of equitykit that is not installed here.",
            next_step=f'Install it with: pip install "equitykit[{extra}]"',
        )
