"""Boards of a live book: computed when asked for, remembered until a stage changes."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from timing.core.carrying import kept, left, moves_by_entry
from timing.core.classifications import (
    EMPTY,
    BoardInput,
    Candidate,
    Result,
    Tally,
    add_stage,
    below,
    key_of,
    tally_over,
    unranked_line,
)
from timing.core.courses import shared_stages, stages_of
from timing.core.definition import Classification, Measure, Of, Race
from timing.core.entries import Entry, Team
from timing.core.measures import classify
from timing.core.merging import Merge, Ran, end_of, has_merging, merged, merges
from timing.core.moves import Move
from timing.core.results import Board
from timing.core.rosters import Roster
from timing.core.stage_book import StageBook
from timing.core.stage_rows import FRESH, Standing
from timing.core.statuses import RaceStatus


def covered_stages(race: Race, classification: Classification) -> tuple[int, ...]:
    """The stages that count for a classification, in order (Rules 2.2, 7.3)."""
    division = classification.division
    numbers = stages_of(race, division) if division else shared_stages(race)
    return tuple(n for n in numbers if not classification.stages or n in classification.stages)


def first_solo(race: Race, division: str) -> Classification:
    """The division's first solo time classification (racefile, Starts)."""
    solos = [c for c in race.classifications if c.of is Of.SOLO and c.measure is Measure.TIME]
    for wanted in (division, ""):
        for classification in solos:
            if classification.division == wanted and not classification.category:
                return classification
    return Classification(code="", of=Of.SOLO, division=division)


class Boards:
    """The boards over some settled stages, and the tallies they rest on."""

    def __init__(
        self,
        race: Race,
        stages: Mapping[int, StageBook],
        first_roster: Roster,
        teams: Sequence[Team],
        *,
        categories: Callable[[Entry, int], tuple[str, ...]],
        team_categories: Callable[[tuple[Entry, ...]], tuple[str, ...]],
    ) -> None:
        self._race = race
        self._stages = stages
        self._first_roster = first_roster
        self._teams = teams
        self._categories = categories
        self._team_categories = team_categories
        self._tallies: dict[tuple[Of, tuple[int, ...]], Mapping[str, Tally]] = {}
        self._boards: dict[tuple[str, str, int], Board] = {}
        self._covered: dict[Classification, tuple[int, ...]] = {}
        self._has_merging = has_merging(race)
        self._merges: dict[tuple[Of, int], dict[str, Merge]] = {}

    def go_apart(
        self,
        stages: Mapping[int, StageBook],
        *,
        categories: Callable[[Entry, int], tuple[str, ...]],
        team_categories: Callable[[tuple[Entry, ...]], tuple[str, ...]],
    ) -> None:
        """For a fresh copy: be over stages of its own, and keep what was computed of the same."""
        self._stages = stages
        self._categories = categories
        self._team_categories = team_categories
        self._tallies = dict(self._tallies)
        self._boards = dict(self._boards)
        self._merges = dict(self._merges)

    def forget_from(self, number: int) -> None:
        """Drop what was computed of stage ``number`` and later ones."""
        for stages in [key for key in self._tallies if key[1][-1] >= number]:
            del self._tallies[stages]
        for key in [key for key in self._boards if key[2] >= number]:
            del self._boards[key]
        for place in [place for place in self._merges if place[1] >= number]:
            del self._merges[place]

    def take(self, number: int, entries: Sequence[str]) -> None:
        """Bring up to date what is remembered: some entries came further along a stage.

        Nothing else is new for them, and nothing at all for anybody else.
        """
        roster = self._stages[number].roster
        codes = {roster.entries[entry_id].team for entry_id in entries}
        progressed: set[str] = set()
        for (of, stages), tallies in list(self._tallies.items()):
            if number in stages:
                results = [self._results(of, n) for n in stages]
                keys = tallies.keys() & (entries if of is Of.SOLO else codes)
                own = {key: tally_over(rows.get(key) for rows in results) for key in keys}
                progressed.update(key for key, tally in own.items() if tally != tallies[key])
                self._tallies[of, stages] = {**tallies, **own}
        entries = [entry_id for entry_id in entries if entry_id in progressed]
        for where, board in list(self._boards.items()):
            if board.after >= number:
                newer = self._newer(board, number, entries)
                if newer is None:
                    del self._boards[where]
                else:
                    self._boards[where] = newer

    def _newer(self, board: Board, number: int, entries: Sequence[str]) -> Board | None:
        """The board with some unranked lines anew; None where that is not all there is to it."""
        classification, after = board.classification, board.after
        covered = self._covers(classification)
        if number not in covered:
            return board
        if (
            classification.of is not Of.SOLO
            or classification.measure is not Measure.TIME
            or classification.exclude is not None
            or self._moves(classification, after)
        ):
            return None
        tallies = self._tallies.get((Of.SOLO, tuple(n for n in covered if n <= after)), {})
        running = self._stages[after].roster.entries
        is_last = after >= covered[-1]
        lines = list(board.lines)
        for entry_id in entries:
            at = next((i for i, ln in enumerate(lines) if key_of(ln.competitor) == entry_id), None)
            if at is None:
                continue
            tally = tallies.get(entry_id)
            if tally is None or lines[at].rank is not None:
                return None
            candidate = self._filter(classification, after)(running[entry_id], tally)
            if candidate is None:
                return None
            del lines[at]
            unranked_from = bisect_left(lines, x=True, key=lambda ln: ln.rank is None)
            line = unranked_line(candidate, self._race.rules, is_last=is_last)
            insort(lines, line, lo=unranked_from, key=below)
        return replace(board, lines=tuple(lines))

    def board(self, classification: Classification, after: int) -> Board:
        """A classification as after a stage that is settled, or 0; all lines, none cut."""
        key = (classification.code, classification.division, after)
        found = self._boards.get(key)
        if found is None:
            found = self._boards[key] = self._compute(classification, after)
        return found

    def _covers(self, classification: Classification) -> tuple[int, ...]:
        covered = self._covered.get(classification)
        if covered is None:
            covered = self._covered[classification] = covered_stages(self._race, classification)
        return covered

    def _compute(self, classification: Classification, after: int) -> Board:
        board = classify(self.unranked(classification, after))
        found = self.merges(classification.of, after)
        if classification.category in found:
            board = replace(board, merged_into=end_of(classification.category, found))
        return board

    def unranked(self, classification: Classification, after: int) -> BoardInput:
        """A classification as after a stage that is settled, or 0, before it is ranked."""
        covered = self._covers(classification)
        stages = tuple(n for n in covered if n <= after)
        tallies = self._tally(classification.of, stages)
        results = [(n, self._results(classification.of, n)) for n in stages]
        moves = self._moves(classification, after)
        if moves:
            tallies, results = self._as_kept(classification, stages, moves, tallies, results)
        if classification.of is Of.SOLO:
            candidates = self._entries(classification, after, tallies)
            candidates += self._gone(classification, after, tallies, moves)
        else:
            candidates = self._team_candidates(classification, after, tallies)
        left_out = self._left_out(classification, after)
        return BoardInput(
            classification=classification,
            rules=self._race.rules,
            after=after,
            candidates=[c for c in candidates if key_of(c.competitor) not in left_out],
            results=results,
            is_last=bool(covered) and after >= covered[-1],
            times_at=lambda number, point: self._stages[number].times_at(point),
            gc_ranks=lambda division: self._gc_ranks(division, after),
            awards=lambda number: self._stages[number].awards,
        )

    def merges(self, of: Of, after: int) -> dict[str, Merge]:
        """The categories that merged by then, of entries or of teams (Rules 8.1)."""
        if not self._has_merging:
            return {}
        found = self._merges.get((of, after))
        if found is None:
            rows = [(n, self._rows(of, b)) for n, b in self._stages.items() if n <= after]
            found = self._merges[of, after] = merges(self._race, of, rows)
        return found

    def merged(self, codes: tuple[str, ...], of: Of, after: int) -> tuple[str, ...]:
        """The categories of somebody once those too small have merged."""
        return merged(codes, self.merges(of, after), self._race) if self._has_merging else codes

    @staticmethod
    def _rows(of: Of, book: StageBook) -> Mapping[str, Ran]:
        if of is Of.TEAM:
            return book.teams.rows
        return book.state.rows if book.state is not None else {}

    def results(
        self, classification: Classification, after: int
    ) -> list[tuple[int, Mapping[str, Result]]]:
        """What counts of each stage that is covered so far, by competitor."""
        stages = tuple(n for n in covered_stages(self._race, classification) if n <= after)
        results = [(n, self._results(classification.of, n)) for n in stages]
        moves = self._moves(classification, after)
        if not moves:
            return results
        return self._as_kept(classification, stages, moves, {}, results)[1]

    def _moves(self, classification: Classification, after: int) -> dict[str, list[Move]]:
        """Who came into the division of a solo classification, or left it, so far."""
        division = classification.division
        if not division or classification.of is not Of.SOLO:
            return {}
        found = moves_by_entry(book for n, book in self._stages.items() if n <= after)
        return {
            entry_id: moves
            for entry_id, moves in found.items()
            if any(division in (move.old, move.division) for move in moves)
        }

    def _as_kept(
        self,
        classification: Classification,
        stages: tuple[int, ...],
        moves: Mapping[str, list[Move]],
        tallies: Mapping[str, Tally],
        results: list[tuple[int, Mapping[str, Result]]],
    ) -> tuple[Mapping[str, Tally], list[tuple[int, Mapping[str, Result]]]]:
        """Tallies and results with what those who moved may keep (Rules 7.2)."""
        instead = kept(
            classification.division,
            {n: self._stages[n] for n in stages},
            moves,
            self._race.rules,
        )
        counted = []
        for number, rows in results:
            changes = instead.get(number, {})
            taken = {key: row for key, row in rows.items() if key not in changes}
            taken.update({key: row for key, row in changes.items() if row is not None})
            counted.append((number, taken if changes else rows))
        concerned = {key for changes in instead.values() for key in changes}
        own = {key: tally_over(rows.get(key) for _, rows in counted) for key in concerned}
        return {**tallies, **own}, counted

    def _gone(
        self,
        classification: Classification,
        after: int,
        tallies: Mapping[str, Tally],
        moves: Mapping[str, list[Move]],
    ) -> list[Candidate]:
        """Those who left the division: with their result where it was complete, else unranked.

        Whoever ran all the stages of the division before going on keeps the rank in it.
        """
        division, category = classification.division, classification.category
        last = max(stages_of(self._race, division), default=0)
        found = []
        for entry_id, own in moves.items():
            move = left(own, division)
            if move is None:
                continue
            is_complete = last < move.stage
            book = self._stages[last if is_complete else move.stage]
            entry = book.roster.entries[entry_id]
            categories = self.merged(self._categories(entry, after), Of.SOLO, after)
            if category and category not in categories:
                continue
            if is_complete and entry_id in book.teams.apart:
                continue
            standing = Standing(
                ended=RaceStatus.TRANSFERRED,
                stage=move.stage,
                control=move.control,
                has_raced=True,
            )
            if is_complete and book.state is not None:
                standing = book.state.standings.get(entry_id, FRESH)
            found.append(
                Candidate(
                    competitor=replace(entry, division=division),
                    division=division,
                    categories=categories,
                    tally=tallies.get(entry_id, EMPTY),
                    standing=standing,
                )
            )
        return found

    def _left_out(self, classification: Classification, after: int) -> set[str]:
        """The first of another board, who are called there already (Rules 9.10)."""
        exclude = classification.exclude
        other = None if exclude is None else self._race.classification(exclude.board)
        if exclude is None or other is None:
            return set()
        # The other board as it would be by itself: boards that exclude each other have an end.
        lines = self._compute(replace(other, exclude=None), after).lines
        return {
            key_of(line.competitor)
            for line in lines
            if line.rank is not None and line.rank <= exclude.top
        }

    def _gc_ranks(self, division: str, after: int) -> dict[str, int]:
        lines = self.board(first_solo(self._race, division), after).lines
        return {key_of(line.competitor): line.rank for line in lines if line.rank is not None}

    def _results(self, of: Of, number: int) -> Mapping[str, Result]:
        book = self._stages[number]
        if of is Of.TEAM:
            return book.teams.rows
        return book.state.rows if book.state is not None else {}

    def _tally(self, of: Of, stages: tuple[int, ...]) -> Mapping[str, Tally]:
        """Sums over exactly these stages, built on those over one stage fewer."""
        if not stages:
            return {}
        found = self._tallies.get((of, stages))
        if found is None:
            before = self._tally(of, stages[:-1])
            found = add_stage(before, self._results(of, stages[-1]), is_first=len(stages) == 1)
            self._tallies[of, stages] = found
        return found

    def _entries(
        self, classification: Classification, after: int, tallies: Mapping[str, Tally]
    ) -> list[Candidate]:
        book = self._stages.get(after)
        roster = book.roster if book is not None else self._first_roster
        let_through = self._filter(classification, after)
        candidates = (let_through(e, tallies.get(i, EMPTY)) for i, e in roster.entries.items())
        return [c for c in candidates if c is not None]

    def _filter(
        self, classification: Classification, after: int
    ) -> Callable[[Entry, Tally], Candidate | None]:
        """Gives an entry as after a stage; None where it is not let through."""
        book = self._stages.get(after)
        state = book.state if book is not None else None
        rows = state.rows if state is not None else {}
        standings = state.standings if state is not None else {}
        apart = book.teams.apart if book is not None else frozenset()
        unranked = book.teams.unranked if book is not None else frozenset()
        division, category = classification.division, classification.category
        teams_excluded = classification.teams_excluded

        def candidate(entry: Entry, tally: Tally) -> Candidate | None:
            entry_id = entry.id
            if (division and entry.division != division) or entry_id in apart:
                return None
            if teams_excluded and entry.team:
                return None
            row = rows.get(entry_id)
            categories = row.categories if row is not None else self._categories(entry, after)
            if self._has_merging:
                categories = self.merged(categories, Of.SOLO, after)
            if category and category not in categories:
                return None
            standing = standings.get(entry_id, FRESH)
            if entry_id in unranked and standing.competitive:
                standing = replace(standing, competitive=False)
            return Candidate(entry, entry.division, categories, tally, standing)

        return candidate

    def _team_candidates(
        self, classification: Classification, after: int, tallies: Mapping[str, Tally]
    ) -> list[Candidate]:
        book = self._stages.get(after)
        roster = book.roster if book is not None else self._first_roster
        standings = book.teams.standings if book is not None else {}
        candidates = []
        for team in self._teams:
            # Once a team has raced it is what it was, whoever leaves it (Rules 8.5).
            began = book.teams.founders.get(team.code, ()) if book is not None else ()
            founders = tuple(roster.entries[i] for i in began)
            members = roster.members.get(team.code, ()) or founders
            if not members or (classification.kind and team.kind != classification.kind):
                continue
            division = members[0].division
            if classification.division and division != classification.division:
                continue
            categories = self._team_categories(founders or members)
            categories = self.merged(categories, Of.TEAM, after)
            if classification.category and classification.category not in categories:
                continue
            candidates.append(
                Candidate(
                    competitor=team,
                    division=division,
                    categories=categories,
                    tally=tallies.get(team.code, EMPTY),
                    standing=standings.get(team.code, FRESH),
                )
            )
        return candidates
