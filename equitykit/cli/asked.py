"""What was asked of a comparison on the command line, and refusals of what does not go together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from equitykit.errors import MeasureError

__all__ = ["Asked", "whole_days"]


@dataclass(frozen=True, slots=True)
class Asked:
    """References, each with its reason, and covariates, each with its place in time."""

    references: Mapping[str, str | None]
    covariates: Mapping[str, str]

    @classmethod
    def of(
        cls,
        references: Sequence[str] | None,
        reasons: Sequence[str] | None,
        adjust_for: Sequence[str] | None,
        *,
        preset: str | None,
        others: Mapping[str, str | None],
    ) -> Asked:
        """From the options as they were typed.

        Raises
        ------
        MeasureError : for no reference, too many reasons, or options that do not go together.
        """
        named, why = list(dict.fromkeys(references or ())), list(reasons or ())
        if not named and preset is None:
            from equitykit.measures.comparison import REFERENCES

            raise MeasureError(
                "What groups are compared with was not named, and none is assumed.",
                allowed=(*REFERENCES, "a group"),
                next_step="Add --reference.",
            )
        if len(why) > max(len(named), 1):
            raise MeasureError(
                f"There are {len(why)} reasons for {len(named)} references.",
                next_step="Give --reason once for each --reference, in the same order.",
            )
        covariates = dict(map(_covariate, adjust_for or ()))
        used = [name for name, value in {**others, "--preset": preset}.items() if value is not None]
        if len(named) > 1:
            refused = [
                *(["--adjust-for"] if covariates else []),
                *(name for name in used if name not in ("--measures", "--protect")),
            ]
            _refuse("several references side by side", refused)
        if covariates:
            if "--protect" in used:
                raise MeasureError(
                    "--protect does not go together with --adjust-for: an adjusted number rests on counts within "
                    "each value of what is held alike, and none of these is shown, so it cannot be proved that no "
                    "small one can be told from it.",
                    next_step="Protect the crude result, and say in words what adjusting changed.",
                )
            _refuse("--adjust-for", used)
        given = why + [None] * (len(named) - len(why))
        found = dict(zip(named, given, strict=False)) if named else {}
        return cls(found or ({"": why[0]} if why else {}), covariates)

    @property
    def reference(self) -> str | None:
        """The one reference, where there is one."""
        return next(iter(self.references), None) or None

    @property
    def reason(self) -> str | None:
        """The reason for it."""
        return next(iter(self.references.values()), None)


def whole_days(text: str) -> list[int]:
    """Days as they are typed: N,N.

    Raises
    ------
    MeasureError : for one that is no whole number above 0.
    """
    found = []
    for part in (one.strip() for one in text.split(",")):
        if not part.isdecimal() or int(part) == 0:
            raise MeasureError(
                f'"{part}" is no number of days.', next_step="Give whole numbers, such as 180,365."
            )
        found.append(int(part))
    return found


def _covariate(text: str) -> tuple[str, str]:
    name, colon, place = text.rpartition(":")
    if not colon or not name.strip():
        raise MeasureError(
            f'"{text}" does not say whether it comes before or after race.',
            allowed=("before", "after", "unsure"),
            next_step=f"Write --adjust-for {text.strip(': ') or 'NAME'}:unsure, or before, or after.",
        )
    return name.strip(), place.strip()


def _refuse(what: str, others: Sequence[str]) -> None:
    if others:
        raise MeasureError(
            f"{others[0]} does not go together with {what}.", next_step=f"Leave {others[0]} out."
        )
