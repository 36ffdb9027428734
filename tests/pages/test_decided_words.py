"""What was decided about stages, controls, divisions and teams is said in words."""

from typing import Any

import pytest

from timing.core.definition import OtherCourse
from timing.core.records import (
    BibChange,
    ChipChange,
    Close,
    Confirm,
    CutoffMove,
    EntryChange,
    FinishOrder,
    ForStopped,
    Hold,
    Release,
    Ruling,
    StageAction,
    StageChange,
    StartList,
    TeamAction,
    TeamChange,
    Transfer,
)
from timing.core.times import HOUR, MINUTE, Reading
from timing.pages.decided_words import decided_words

WHO: Any = {"id": "r", "by": "Dora", "at": 0}
EIGHT = 8 * HOUR


def clock(time: Reading, stage: int) -> str:
    assert stage == 2
    assert isinstance(time, int)
    return f"{time // HOUR:02}:{time // MINUTE % 60:02}"


@pytest.mark.parametrize(
    ("ruling", "said"),
    [
        (StageChange(**WHO, stage=2, action=StageAction.CANCEL), "Stage 2 cancelled"),
        (
            StageChange(**WHO, stage=2, action=StageAction.SHORTEN, result_from="PASS"),
            "Stage 2 shortened, result from PASS",
        ),
        (
            StageChange(**WHO, stage=2, action=StageAction.STOP, for_stopped=ForStopped.LAST),
            "Stage 2 stopped, those stopped have the time of the last",
        ),
        (
            StageChange(
                **WHO,
                stage=2,
                action=StageAction.REROUTE,
                control="PASS",
                since=EIGHT,
                other_course=OtherCourse(distance_m=1, controls=()),
            ),
            "Stage 2 re-routed, after PASS, from 08:00",
        ),
        (Close(**WHO, stage=2, control="PASS"), "PASS, stage 2 closed"),
        (
            Hold(**WHO, stage=2, control="PASS", since=EIGHT, until=EIGHT + MINUTE),
            "Held at PASS, stage 2, from 08:00 until 08:01",
        ),
        (
            Hold(**WHO, stage=2, control="PASS", since=EIGHT, releases=(("7", EIGHT),)),
            "Held at PASS, stage 2, from 08:00, 1 let go one by one",
        ),
        (
            CutoffMove(**WHO, stage=2, control="PASS", to=EIGHT, division="full", wave="all"),
            "Cut-off of PASS, stage 2 moved to 08:00, division full and wave all only",
        ),
        (
            CutoffMove(**WHO, stage=2, control="PASS", elapsed=2 * HOUR),
            "Cut-off of PASS, stage 2 moved to 2:00:00 after the start",
        ),
        (
            TeamChange(**WHO, team="T1", action=TeamAction.BREAK, stage=2),
            "Team T1 broken, stage 2",
        ),
        (
            TeamChange(**WHO, team="T1", action=TeamAction.LEAVE, stage=2, bibs=("7",)),
            "Left team T1, stage 2",
        ),
        (
            Transfer(**WHO, bibs=("7",), division="short", stage=2, control="PASS"),
            "Moved to division short from stage 2, after PASS",
        ),
        (BibChange(**WHO, bib="7", swap_with="12", stage=2), "Swapped bibs with 12 from stage 2"),
        (BibChange(**WHO, bib="7", new_bib="70", stage=2), "Bib 70 from stage 2"),
        (ChipChange(**WHO, bib="7", chip="A1"), "Chip A1"),
        (FinishOrder(**WHO, stage=2, bibs=("7", "12")), "Order of finish, stage 2"),
        (FinishOrder(**WHO, stage=2, bibs=("7", "12"), joint=True), "Joint place, stage 2"),
        (StartList(**WHO, stage=2, starts=(("7", EIGHT),)), "Start list of stage 2, 1 starts"),
        (EntryChange(**WHO, changes=(("name", "A"),), new=True), "Late entry"),
        (EntryChange(**WHO, changes=(("name", "A"),), new=True, stage=2), "Late entry, stage 2"),
        (EntryChange(**WHO, changes=(("club", "A"),), bib="7"), "Entry changed: club"),
        (Confirm(**WHO, stage=2, control="PASS", bibs=("7",)), "Missed PASS, stage 2"),
        (Confirm(**WHO, record="p1"), "Confirm"),
        (Release(**WHO, bibs=("7",), stage=2), "Release, stage 2"),
    ],
)
def test_a_ruling_in_words(ruling: Ruling, said: str) -> None:
    assert decided_words(ruling, clock) == said
