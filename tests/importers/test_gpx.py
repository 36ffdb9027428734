"""Courses from GPX files, on tracks whose length and climb are known beforehand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.courses import gpx
from timing.importers.gpx import (
    HYSTERESIS_M,
    MOST_BYTES,
    MOST_POINTS,
    climb,
    read_gpx,
    thinned,
)
from timing.importers.reads import BadFile


def test_a_track_has_the_length_and_climb_that_it_was_made_with() -> None:
    up = [(100.0 * n, 1000.0 + 10 * n) for n in range(51)]  # 5 km, 500 m up
    down = [(5000.0 + 100 * n, 1500.0 - 20 * n) for n in range(1, 11)]  # 1 km, 200 m down
    again = [(6000.0 + 100 * n, 1300.0 + 5 * n) for n in range(1, 41)]  # 4 km, 200 m up
    course = read_gpx(gpx([*up, *down, *again]))
    assert course.distance_m == 10_000
    assert course.ascent_m == 700
    assert course.profile == ((0, 1000), (5000, 1500), (6000, 1300), (10_000, 1500))


def test_the_unrest_of_a_receiver_is_no_climb() -> None:
    flat = [(10.0 * n, 800.0 + (2 if n % 2 else -2)) for n in range(1_000)]
    assert read_gpx(gpx(flat)).ascent_m == 0
    rising = [(10.0 * n, 800.0 + n / 2 + (2 if n % 2 else -2)) for n in range(1_001)]
    ascent = read_gpx(gpx(rising)).ascent_m
    assert ascent is not None
    assert abs(ascent - 500) <= 4  # the unrest at both ends, and nothing between


def test_a_climb_counts_from_the_hysteresis_on() -> None:
    assert climb([0, HYSTERESIS_M - 0.1, 0]) == 0
    assert climb([0, HYSTERESIS_M, 0]) == HYSTERESIS_M


@given(st.lists(st.integers(0, 3_000), min_size=1, max_size=60))
def test_climb_less_descent_is_the_height_gained_but_for_the_hysteresis(heights: list[int]) -> None:
    down = climb([-height for height in heights])
    gained = heights[-1] - heights[0]
    assert abs(climb(heights) - down - gained) < 2 * HYSTERESIS_M


def test_a_route_and_points_without_height_are_read_too() -> None:
    course = read_gpx(gpx([(0, None), (2000, None)], kind="rte"))
    assert (course.distance_m, course.ascent_m, course.profile) == (2000, None, ())
    partly = read_gpx(gpx([(0, 100), (500, None), (1000, 200)]))
    assert (partly.ascent_m, partly.profile) == (100, ((0, 100), (1000, 200)))


def test_a_long_line_keeps_its_ends_and_its_summit() -> None:
    line = [(float(n), 1000 + 300 * math.sin(n / 40)) for n in range(5_000)]
    line[2_345] = (2345.0, 4000.0)
    kept = thinned(line)
    assert len(kept) == MOST_POINTS
    assert {line[0], line[2_345], line[-1]} <= set(kept)


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><gpx>&b;</gpx>'
FAR = gpx([(0, 1), (1000, 2)]).replace(b'lon="0"', b'lon="999"')
NAN = gpx([(0, 1), (1000, 2)]).replace(b'lon="0"', b'lon="nan"')


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bib,name",
        b"<gpx>",
        b"<html></html>",
        b"\xff\xfe\x00",
        BOMB,
        BOMB.replace(b"DOCTYPE", b"doctype"),
        FAR,
        NAN,
        gpx([]),
        gpx([(0, 1)]),
        gpx([(0, 1), (0, 2)]),
        gpx([(0, 1), (1000, 2)]).replace(b'lat="0.0', b'lat="x'),
        b" " * (MOST_BYTES + 1),
    ],
)
def test_what_is_no_course_is_refused_with_a_reason(content: bytes) -> None:
    with pytest.raises(BadFile, match=r"^(it|all its points|a point of it) "):
        read_gpx(content)


@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(content: bytes) -> None:
    try:
        read_gpx(content)
    except BadFile:
        return
