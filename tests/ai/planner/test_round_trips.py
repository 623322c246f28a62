"""Whatever can be drawn can be written: random diagrams, printed in each notation and read back, are the same."""

from __future__ import annotations

import csv
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.ai.diagram import Board, Flowchart, Item, Outline, Table, Timeline, walk
from backend.ai.operations import AddNode, Connect, Operation, Rename
from backend.ai.planner import plan_changes, plan_diagram
from backend.ai.planner.text import same, word_count
from tests.ai.planner import printers
from tests.ai.planner.strategies import (
    PATIENT,
    boards,
    command_labels,
    comparisons,
    flowcharts,
    hierarchies,
    labels,
    list_labels,
    operations,
    outlines,
    plain_labels,
    swots,
    tables,
    timelines,
    walks,
)

INDENTS = ("  ", "    ", "\t", "   ")


@PATIENT
@given(flowcharts(both_marks=False), st.sampled_from(["\n", ";", " ; ", "\n\n", ";\n"]))
def test_a_graph_survives_arrow_notation_with_quotes(chart: Flowchart, separator: str) -> None:
    assert plan_diagram(printers.arrows(chart, separator)) == chart


@PATIENT
@given(walks())
def test_a_graph_survives_arrow_notation_without_quotes(chart: Flowchart) -> None:
    planned = plan_diagram(printers.bare_arrows(chart))
    assert isinstance(planned, Flowchart)
    assert [replace(node, shape="rectangle") for node in planned.nodes] == list(chart.nodes)
    assert planned.edges == chart.edges


@PATIENT
@given(flowcharts(unique=False, titled=True))
def test_a_graph_survives_mermaid_even_where_labels_repeat(chart: Flowchart) -> None:
    assert plan_diagram(printers.mermaid(chart)) == chart
    assert plan_diagram(f"```mermaid\n{printers.mermaid(chart)}\n```") == chart


@PATIENT
@given(outlines(), st.sampled_from([2, 3, 4, 8]), st.sampled_from("-*+•"))
def test_an_outline_survives_as_a_markdown_list(outline: Outline, indent: int, mark: str) -> None:
    assert plan_diagram(printers.markdown_list(outline, indent=indent, mark=mark)) == outline


@PATIENT
@given(outlines())
def test_an_outline_survives_as_headings_with_lists(outline: Outline) -> None:
    assert plan_diagram(printers.markdown_headings(outline)) == replace(outline, ordered=False)


@PATIENT
@given(outlines(plain_labels), st.sampled_from(INDENTS))
def test_an_outline_survives_as_indented_lines(outline: Outline, unit: str) -> None:
    assume(outline.form == "outline")
    assume(not outline.items[0].label[0].isdigit())
    planned = plan_diagram(printers.indented(outline, unit))
    assert planned == replace(outline, title="", ordered=False)


@PATIENT
@given(outlines(labels, "mind_map"))
def test_a_mind_map_survives_mermaid(outline: Outline) -> None:
    assert plan_diagram(printers.mermaid_mind_map(outline)) == outline


@PATIENT
@given(outlines(labels, "mind_map"))
def test_a_mind_map_survives_on_one_line(outline: Outline) -> None:
    assume(word_count(outline.title) <= 5)  # an introduction is short
    planned = plan_diagram(printers.inline_mind_map(outline))
    assert isinstance(planned, Outline)
    assert (planned.form, planned.items) == ("mind_map", outline.items)
    assert same(planned.title) == same(outline.title)


@PATIENT
@given(outlines(form="mind_map"))
def test_a_mind_map_survives_as_a_list_under_its_subject(outline: Outline) -> None:
    title = 'Mind map of "Coffee":'
    planned = plan_diagram(printers.markdown_list(replace(outline, title="x"), title=title))
    assert planned == replace(outline, title="Coffee")


@PATIENT
@given(boards(labels), st.sampled_from([";", "\n", "; ", "\n\n"]))
def test_a_board_survives_as_groups_with_quotes(board: Board, separator: str) -> None:
    assert plan_diagram(printers.board_groups(board, separator)) == board


@PATIENT
@given(boards())
def test_a_board_survives_as_headings_and_as_a_nested_list(board: Board) -> None:
    assert plan_diagram(printers.board_headings(board)) == board
    assert plan_diagram(printers.board_list(board)) == board


@PATIENT
@given(timelines(), st.sampled_from([": ", " - ", " – ", "："]))
def test_a_timeline_survives_as_lines_with_dates(timeline: Timeline, sign: str) -> None:
    assert plan_diagram(printers.timeline_lines(timeline, sign)) == timeline


@PATIENT
@given(timelines(list_labels))
def test_a_timeline_survives_as_a_list(timeline: Timeline) -> None:
    assert plan_diagram(printers.timeline_list(timeline)) == timeline


@PATIENT
@given(timelines(plain_labels))
def test_a_timeline_survives_mermaid(timeline: Timeline) -> None:
    assume(all(":" not in period.when for period in timeline.periods))
    assert plan_diagram(printers.mermaid_timeline(timeline)) == timeline


@PATIENT
@given(hierarchies(), hierarchies(labels))
def test_an_organisation_chart_survives_as_a_list_and_on_one_line(
    listed: tuple[Item, ...], inline: tuple[Item, ...]
) -> None:
    for items, text in (
        (listed, printers.organisation_list(listed)),
        (inline, printers.organisation_line(inline)),
    ):
        planned = plan_diagram(text)
        assert isinstance(planned, Flowchart) and planned.form == "organisation_chart"
        assert [node.label for node in planned.nodes] == [item.label for _, item in walk(items)]
        assert {node.shape for node in planned.nodes} == {"rectangle"}
        assert _below(planned) == _pairs(items)


def _below(chart: Flowchart) -> list[tuple[int, int]]:
    place = {node.key: number for number, node in enumerate(chart.nodes)}
    return sorted((place[edge.source], place[edge.target]) for edge in chart.edges)


def _pairs(items: tuple[Item, ...]) -> list[tuple[int, int]]:
    """Places, in reading order, of every item and the one above it."""
    above: list[int] = []
    found = []
    for number, (level, _) in enumerate(walk(items)):
        above[level:] = [number]
        if level:
            found.append((above[level - 1], number))
    return sorted(found)


@PATIENT
@given(swots(), st.sampled_from([";", "\n", "; "]))
def test_a_swot_analysis_survives_as_groups(board: Board, separator: str) -> None:
    assert plan_diagram(printers.swot_groups(board, separator)) == board


@PATIENT
@given(comparisons())
def test_a_comparison_survives_with_its_rows(table: Table) -> None:
    assert plan_diagram(printers.comparison(table)) == table


@PATIENT
@given(tables())
def test_a_table_survives_markdown(table: Table) -> None:
    assert plan_diagram(printers.markdown_table(table)) == table


@PATIENT
@given(tables(), st.sampled_from("\t;|,"))
def test_a_table_survives_csv_with_any_delimiter(table: Table, delimiter: str) -> None:
    assert plan_diagram(printers.separated(table, delimiter)) == table


@PATIENT
@given(tables(plain_labels), st.sampled_from("\t;|,"))
def test_a_plain_table_is_known_without_an_introduction(table: Table, delimiter: str) -> None:
    text = printers.separated(replace(table, title=""), delimiter, csv.QUOTE_MINIMAL)
    assert plan_diagram(text) == replace(table, title="")


@PATIENT
@given(st.lists(command_labels, min_size=2, max_size=6, unique_by=same), st.data())
def test_an_operation_survives_as_a_command(there: list[str], data: st.DataObject) -> None:
    operation: Operation = data.draw(operations(there))
    assert plan_changes(printers.command(operation), there) == [operation]


@PATIENT
@given(st.lists(plain_labels, min_size=3, max_size=6, unique_by=same), st.data())
def test_a_command_on_plain_names_needs_no_quotes(there: list[str], data: st.DataObject) -> None:
    operation: Operation = data.draw(operations(there))
    if isinstance(operation, AddNode | Rename) or (isinstance(operation, Connect) and operation.label):
        operation = replace(operation, label="Fresh and new")
    assert plan_changes(printers.command(operation, quote="{}"), there) == [operation]


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n", "\u2028"])
@PATIENT
@given(chart=flowcharts(both_marks=False))
def test_line_ends_and_blank_lines_around_change_nothing(ending: str, chart: Flowchart) -> None:
    text = "\n\n" + printers.arrows(chart) + "\n \n"
    assert plan_diagram(text.replace("\n", ending)) == chart
