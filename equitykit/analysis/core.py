"""Analysis: the qualitative work in the file of one assessment."""

from __future__ import annotations

import os
from pathlib import Path

from equitykit.analysis.refi import Coded, write_project
from equitykit.analysis.section import SOURCE_KINDS
from equitykit.analysis.standing import Standing


class Analysis(Standing):
    """Sources, passages, coding and findings of one assessment; `Assessment.analysis` gives it.

    Every verb saves at once, in the same file and with the same care as the answers. The words of a
    source are kept only once somebody has confirmed their masking; until then they are in memory only.

    Examples
    --------
    >>> import tempfile
    >>> from equitykit.assessment import Assessment
    >>> folder = tempfile.TemporaryDirectory()
    >>> one = Assessment.open(
    ...     f"{folder.name}/visits.equity.json", instrument="race-equity-impact-assessment", by="Coder 1"
    ... )
    >>> source = one.analysis.add_source("Interview 1", kind="interview", voice="families", consent="given")
    >>> masking = one.analysis.begin_excerpt("They told Maria on May 3 that she had to wait.", names=["Maria"])
    >>> masking.masked
    'They told [name] on [date] that she had to wait.'
    >>> passage = one.analysis.add_excerpt(source, masking.confirm(by="Coder 1"))
    >>> [feature.id for feature in one.analysis.use_features()][:2]
    ['purpose_and_roles', 'ideas_and_assumptions']
    >>> one.analysis.code(passage, ["rules_and_policy"])
    True
    >>> one.analysis.matrix().cells["rules_and_policy", "interview"]
    (1, 1)
    >>> folder.cleanup()
    """

    @property
    def begun(self) -> bool:
        """Whether anything is in it."""
        return self._host.section() is not None

    def save_project(self, path: str | os.PathLike[str]) -> Path:
        """Write passages and coding as a REFI-QDA project (.qdpx) for another program; masked words only.

        Passages whose agreement ended or was taken back are left out. The file is for the team, as this one is.
        """
        sources = {source.id: source for source in self.sources()}
        coded = [
            Coded(
                source=sources[excerpt.source].label,
                kind=SOURCE_KINDS[sources[excerpt.source].kind],
                text=excerpt.text,
                codes={coder: tuple(one.features) for coder, one in self.codings(excerpt.id).items()},
            )
            for excerpt in self.excerpts()
        ]
        features = {entry.id: (entry.label, entry.what) for entry in self.features(also_aside=True)}
        return write_project(path, coded, features, title=self._host.path.name.removesuffix(".equity.json"))

    def __repr__(self) -> str:
        section = self._now()
        counts = (len(section.sources), len(section.excerpts), len(section.findings))
        return "<Analysis: {} sources, {} passages, {} findings>".format(*counts)
