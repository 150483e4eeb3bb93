"""The points that the checks of the collection process ask about, and which answers are a finding."""

from __future__ import annotations

from equitykit.checks.process_view import Point

__all__ = [
    "AGAIN",
    "COMMUNITY",
    "HARM",
    "LAST",
    "LIMITS",
    "POINTS",
    "SELF",
    "SHARED",
    "STANDARD",
    "TRIBAL",
    "WHY_NOT",
]

TRAINED = Point(
    "training",
    "staff",
    "whether those who ask were trained",
    ("all",),
    {
        "some": ("Only some of the people who ask were trained in how to ask.", "medium"),
        "none": ("The people who ask were not trained in how to ask, or nobody knows.", "high"),
    },
)
LAST = Point("training_last", "staff", "the date of the last training")
SELF = (
    Point(
        "who_answers",
        "answering",
        "who says what a person's race and ethnicity is",
        ("self",),
        {
            "staff": ("Most of the time staff say what a person is, from what they see or hear.", "high"),
            "proxy": ("Most of the time somebody else answers for the person.", "medium"),
            "records": ("Most of the time the answer is copied from other records.", "medium"),
            "mixed": ("It differs who answers, or nobody knows.", "medium"),
        },
    ),
    Point(
        "staff_fill",
        "answering",
        "whether staff may put in an answer",
        ("never", "marked"),
        {"yes": ("Staff put in an answer when nobody could be asked.", "high")},
    ),
    Point(
        "script",
        "staff",
        "whether those who ask have the words in writing",
        ("used",),
        {
            "not_used": ("There is a script, and not all who ask use it.", "low"),
            "no": ("The people who ask have no words for it in writing.", "medium"),
        },
    ),
    TRAINED,
)
AGAIN = (
    Point(
        "refusal",
        "declining",
        "what is recorded when a person declines",
        ("apart",),
        {
            "same": ("A person who declines is recorded like one whose answer is unknown.", "medium"),
            "guess": ("When a person declines, what staff think is recorded.", "high"),
            "not_known": ("Nobody knows what is recorded when a person declines.", "medium"),
        },
    ),
    Point(
        "reask",
        "declining",
        "when an unknown answer is asked for again",
        ("next",),
        {
            "sometimes": ("Whether an unknown answer is asked for again depends on who is there.", "low"),
            "never": ("An unknown answer is never asked for again.", "medium"),
        },
    ),
    Point(
        "correction",
        "correcting",
        "whether people can see and change what is recorded",
        ("told",),
        {
            "untold": ("People can change what is recorded, but nobody tells them.", "low"),
            "no": ("People cannot see or change what is recorded about who they are.", "medium"),
        },
    ),
)
TRIBAL = (
    Point(
        "tribal_asked",
        "tribal",
        "whether Tribes and Nations were asked before",
        ("all",),
        {
            "some": ("Only some of the Tribes and Nations concerned were asked.", "medium"),
            "none": ("None of the Tribes and Nations concerned was asked.", "high"),
        },
    ),
    Point(
        "tribal_agreement",
        "tribal",
        "whether there is an agreement in writing",
        ("yes",),
        {
            "in_work": ("The agreement on who holds, uses and publishes these data is not ready.", "medium"),
            "no": ("Nothing in writing says who holds, uses and publishes these data.", "high"),
        },
    ),
    Point(
        "tribal_stop",
        "tribal",
        "whether they can stop a release",
        ("yes",),
        {"no": ("They cannot stop a release about their people, or it was never settled.", "high")},
    ),
    Point(
        "tribal_return",
        "tribal",
        "whether results go back to them",
        ("yes",),
        {"no": ("Results and data do not go back to them.", "medium")},
    ),
)
COMMUNITY = (
    Point(
        "categories_by",
        "community",
        "who decides which groups stand on the form",
        ("together",),
        {
            "asked": ("People from the groups are asked, and do not decide, which groups are named.", "low"),
            "alone": ("You alone decide which groups stand on the form.", "medium"),
            "outside": ("A law or a funder decides which groups stand on the form.", "low"),
        },
    ),
    Point(
        "findings_seen",
        "community",
        "whether people see findings before they go out",
        ("always",),
        {
            "sometimes": ("People from the groups see findings only sometimes before they go out.", "low"),
            "no": ("People from the groups do not see findings before they go out.", "medium"),
        },
    ),
    Point(
        "may_stop",
        "community",
        "whether they can stop a use or a release",
        ("written",),
        {
            "unwritten": ("That people can stop a use or a release is not written down.", "low"),
            "no": ("People from the groups cannot stop a use or a release.", "medium"),
        },
    ),
    Point(
        "paid",
        "community",
        "whether they are paid",
        ("yes",),
        {
            "some": ("Only some of them are paid for their time.", "low"),
            "no": ("They are not paid for their time.", "low"),
        },
    ),
)
LIMITS = Point("share_limits", "harm", "whether it is limited in writing what they get")
SHARED = Point("shared_with", "harm", "who gets these data")
HARM = (
    Point(
        "harm_written",
        "harm",
        "whether possible harm is written down",
        ("yes",),
        {
            "partly": ("Harm that could be done is written down for some uses only.", "medium"),
            "no": ("Nothing in writing says how these data could be used against people.", "high"),
        },
    ),
    Point(
        "who_sees",
        "harm",
        "who can look at the answers",
        ("yes",),
        {
            "unchecked": ("Nobody checks who looks at the answers.", "low"),
            "no": ("People who do not need the answers for their work can look at them.", "high"),
        },
    ),
    Point(
        "recognised",
        "harm",
        "whether people can be recognised in what goes out",
        ("yes", "nothing"),
        {"no": ("Nobody tested whether people can be recognised in what goes out.", "high")},
    ),
    Point(
        "demand",
        "harm",
        "who could force you to hand the data over",
        ("yes",),
        {"no": ("Nothing in writing says who could demand the data, and what you then do.", "medium")},
    ),
    Point(
        "keep_for",
        "harm",
        "how long answers are kept",
        ("yes",),
        {
            "not_done": ("Answers are kept longer than what is written.", "medium"),
            "no": ("Nothing in writing says how long answers are kept.", "medium"),
        },
    ),
)
STANDARD = (
    Point(
        "standard_written",
        "wording",
        "whether the standard stands beside the data",
        ("version",),
        {
            "name": ("The standard is named beside the data without its version or year.", "low"),
            "no": ("Nothing beside the data says which standard the groups come from.", "medium"),
        },
    ),
    Point(
        "standard_crosswalk",
        "wording",
        "whether it is written how groups are put together",
        ("yes", "not_needed"),
        {"no": ("It is not written how your groups are put together for other reports.", "medium")},
    ),
    Point(
        "standard_law",
        "wording",
        "whether the laws of your state were looked up",
        ("yes",),
        {
            "old": ("The laws of your state were looked up longer ago than last year.", "low"),
            "no": ("Nobody looked up which laws of your state say what you must ask.", "medium"),
        },
    ),
)
WHY_NOT = Point("native_why_not", "tribal", "how you know that the data hold none")
POINTS = (*SELF, LAST, *AGAIN, WHY_NOT, *TRIBAL, *COMMUNITY, LIMITS, SHARED, *HARM, *STANDARD)
