"""What an analysis may do with the assessment whose file it lives in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from equitykit.analysis.section import Section

if TYPE_CHECKING:
    from equitykit.assessment.core import Assessment

TEAM = "team"  # the question that says who works on it, in every instrument that ships


class Desk:
    """The side of an assessment that an analysis sees."""

    def __init__(self, assessment: Assessment) -> None:
        self._assessment = assessment

    @property
    def path(self) -> Path:
        """The file."""
        return self._assessment.path

    @property
    def by(self) -> str | None:
        """Who writes now."""
        return self._assessment.by

    @property
    def names(self) -> tuple[str, ...]:
        """Names of people given in the assessment."""
        return tuple(person.name.strip() for person in self._assessment.people if person.name.strip())

    @property
    def team(self) -> tuple[str, ...]:
        """Names of the team; where somebody gave no name, the role."""
        people = (person for person in self._assessment.people if person.ask == TEAM)
        return tuple(dict.fromkeys(said for one in people if (said := one.name.strip() or one.role.strip())))

    @property
    def numbers(self) -> Mapping[str, str]:
        """Evidence that is attached, by id, with its title."""
        return {item.id: item.evidence.title for item in self._assessment.evidence()}

    def section(self) -> Section | None:
        """The section of the file, if there is one."""
        return self._assessment._document.analysis

    def keep(self, section: Section) -> None:
        """Put the section in the file and save it."""
        self._assessment._document.analysis = section
        self._assessment._save()

    def redact(self, id: str, why: str, by: str | None) -> tuple[str, ...]:
        """Take a text out of the file and everything beside it."""
        return self._assessment.redact(id, why, by=by)

    def forget_forms(self, ids: Iterable[str]) -> None:
        """Take what is being typed about entries out of the file and everything beside it."""
        self._assessment._forget_forms(ids)

    def act(self, what: str, owner: str | None, due: str | None, measure: str | None, by: str | None) -> str:
        """Put an action in the register."""
        return self._assessment.add_action(what=what, owner=owner, due=due, measure=measure, by=by)
