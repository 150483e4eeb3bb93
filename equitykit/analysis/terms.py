"""What a team agrees to before it reads anything, in our own words."""

from __future__ import annotations

TERMS_VERSION = "1.0"
TERMS = (
    "I use what I read and hear for this study only.",
    "I keep it where only the team can reach it, and give it back or destroy it at the end.",
    "I take out or change what could show who somebody is before I write anything down. "
    "When I use an example, I say that it was changed.",
    "I use no example outside the team unless the team has agreed to it.",
    "The team makes the findings together. Only the team lets them out.",
    "When something cannot wait, I take it to the person we named for that, and I leave it out of the findings.",
)
TERMS_CREDIT = (
    "Our own wording, after the confidentiality agreement of a Praxis text analysis team: "
    "https://docsbay.net/sample-text-analysis-team-confidentiality-agreement"
)
