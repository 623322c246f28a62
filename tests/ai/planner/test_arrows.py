"""What arrow notation means: chains, branches, labels, shapes; one rule a test."""

from __future__ import annotations

import pytest

from backend.ai.diagram import Flowchart
from backend.ai.planner import PlanError, plan_diagram


def chart(text: str) -> Flowchart:
    planned = plan_diagram(text)
    assert isinstance(planned, Flowchart), planned
    return planned


def arrows(text: str) -> list[str]:
    planned = chart(text)
    labels = {node.key: node.label for node in planned.nodes}
    return [f"{labels[edge.source]}>{edge.label}>{labels[edge.target]}" for edge in planned.edges]


def shapes(text: str) -> dict[str, str]:
    return {node.label: node.shape for node in chart(text).nodes}


@pytest.mark.parametrize(
    "arrow", ["->", "-->", "--->", "=>", "==>", "~>", "→", "⟶", "⇒", "➔", "➜", "➡️", "⟹", "—>", "–>", "──>", "─▶", "-＞"]
)
def test_every_usual_arrow_points_to_the_right(arrow: str) -> None:
    assert arrows(f"A {arrow} B {arrow} C") == ["A>>B", "B>>C"]
    assert arrows(f"早{arrow}中{arrow}晚") == ["早>>中", "中>>晚"]


@pytest.mark.parametrize("arrow", ["<-", "<--", "<==", "←", "⟵", "⇐"])
def test_arrows_to_the_left_are_turned_round(arrow: str) -> None:
    assert arrows(f"A {arrow} B {arrow} C") == ["B>>A", "C>>B"]


@pytest.mark.parametrize("arrow", ["<->", "<-->", "<=>", "↔", "⇔"])
def test_an_arrow_with_two_heads_is_two_arrows(arrow: str) -> None:
    assert arrows(f"Client {arrow} Server") == ["Client>>Server", "Server>>Client"]


@pytest.mark.parametrize("arrow", ["-.->", "..>", "⇢"])
def test_dotted_arrows_are_dashed(arrow: str) -> None:
    assert [edge.dashed for edge in chart(f"A {arrow} B -> C").edges] == [True, False]


@pytest.mark.parametrize(
    "text",
    [
        "A -[so it is]-> B",
        "A --[so it is]--> B",
        "A -(so it is)-> B",
        "A -- so it is --> B",
        "A --so it is--> B",
        "A ==so it is==> B",
        "A -. so it is .-> B",
        "A ->|so it is| B",
        "A -->|so it is| B",
        "A -> [so it is] B",
        'A -["so it is"]-> B',
        "A ->|“so it is”| B",
        "A -so it is-> B",
        "A —so it is→ B",
    ],
)
def test_every_way_to_label_an_arrow(text: str) -> None:
    assert arrows(text) == ["A>so it is>B"]


def test_single_hyphens_and_comparisons_belong_to_names() -> None:
    assert arrows("Sign-up - e-mail -> x <= 3 -> y >= 4 -> 1 < 2 > 1") == [
        "Sign-up - e-mail>>x <= 3",
        "x <= 3>>y >= 4",
        "y >= 4>>1 < 2 > 1",
    ]


def test_the_same_label_is_the_same_node_whatever_its_case() -> None:
    assert [node.label for node in chart("Log  in -> Home; log in -> Help; HOME -> Help").nodes] == [
        "Log in",
        "Home",
        "Help",
    ]


def test_an_arrow_said_twice_is_drawn_once_and_one_with_another_label_again() -> None:
    assert arrows("A -> B; a -> b; A -[x]-> B") == ["A>>B", "A>x>B"]


def test_lines_go_on_where_an_arrow_begins_or_ends_them() -> None:
    assert arrows("A ->\nB\n-> C\n\nD -> E") == ["A>>B", "B>>C", "D>>E"]
    assert arrows("A\n↓\nB\n\n  ↓\nC") == ["A>>B", "B>>C"]


def test_bullets_and_numbers_in_front_of_chains_do_not_belong_to_them() -> None:
    assert arrows("- A -> B\n- B -> C") == ["A>>B", "B>>C"]
    assert arrows("1. A -> B\n2. B -> C") == ["A>>B", "B>>C"]
    assert arrows("1. Log in -> 2. Pay") == ["1. Log in>>2. Pay"]


def test_braces_fan_out_and_in() -> None:
    assert arrows('A -> {B, "C, D"} -> E') == ["A>>B", "A>>C, D", "B>>E", "C, D>>E"]


def test_commas_and_ampersands_divide_names_only_where_each_part_is_a_node_of_its_own() -> None:
    assert arrows("A -> B, C; B -> D; C -> D") == ["A>>B", "A>>C", "B>>D", "C>>D"]
    assert arrows("A -> B; A -> C; B & C -> D") == ["A>>B", "A>>C", "B>>D", "C>>D"]
    assert arrows("Terms & conditions -> Red, green -> R&D") == ["Terms & conditions>>Red, green", "Red, green>>R&D"]


def test_a_branch_leaves_the_node_whose_words_it_shares() -> None:
    assert arrows("login -> check password -> dashboard; if wrong password -> show error -> login") == [
        "login>>check password",
        "check password>>dashboard",
        "check password>wrong password>show error",
        "show error>>login",
    ]


def test_a_branch_leaves_the_latest_open_question() -> None:
    assert arrows("Start -> Paid? -> Ship? -> End; if no -> Store; if no -> Remind")[3:] == [
        "Ship?>no>Store",
        "Paid?>no>Remind",
    ]


def test_a_branch_that_gives_only_the_other_way_leaves_the_step_before_the_last() -> None:
    assert arrows("A -> B -> C; if no -> D -> B")[2:] == ["B>no>D", "D>>B"]
    assert arrows("A -> B -> C; else -> D")[2:] == ["B>else>D"]


def test_branches_that_give_both_ways_leave_the_last_step() -> None:
    assert arrows("A -> B; if ok -> C; else -> D")[1:] == ["B>ok>C", "B>else>D"]
    assert arrows("A -> B\nyes -> C\nno -> D")[1:] == ["B>yes>C", "B>no>D"]


def test_branches_that_follow_each_other_leave_the_same_node() -> None:
    assert arrows("A -> B -> C; if late -> D; if lost -> E")[2:] == ["B>late>D", "B>lost>E"]


@pytest.mark.parametrize(
    "branch", ["if no -> D", "if no: D", "if no then D", "if no, D", "no -> D", "no: D", "If no → D", "else if no -> D"]
)
def test_every_way_to_write_a_branch(branch: str) -> None:
    assert arrows(f"A -> B? -> C; {branch}")[2:] == ["B?>no>D"]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("A -> B? -> C; wenn nein -> D", "nein"),
        ("A -> B? -> C; sonst -> D", "sonst"),
        ("A -> B? -> C; si non -> D", "si non"),
        ("A -> B? -> C; sinon -> D", "sinon"),
        ("A -> ¿B? -> C; si falla -> D", "falla"),
        ("A -> B? -> C; se não -> D", "não"),
        ("A -> B? -> C; se no: D", "se no"),
        ("A -> B? -> C; als nee -> D", "nee"),
        ("A -> B? -> C; jeśli nie -> D", "nie"),
        ("A -> B? -> C; если нет -> D", "нет"),
        ("A -> B? -> C; иначе -> D", "иначе"),
        ("A -> B? -> C; якщо ні -> D", "ні"),
        ("A -> B? -> C; eğer hayır -> D", "hayır"),
        ("A -> B？ -> C；如果失败 -> D", "失败"),
        ("A -> B？ -> C；否则 -> D", "否则"),
        ("A -> B？ -> C; もし失敗 -> D", "失敗"),
        ("A -> B? -> C; 만약 실패 -> D", "실패"),
        ("A -> B؟ -> C; إذا فشل -> D", "فشل"),
        ("A -> B? -> C; अगर नहीं -> D", "नहीं"),
    ],
)
def test_conditions_in_many_languages(text: str, label: str) -> None:
    assert arrows(text)[2].split(">")[1] == label


def test_words_that_only_look_like_conditions_stay_names() -> None:
    french = arrows("Se connecter -> Accueil; Se déconnecter -> Fin")
    assert french == ["Se connecter>>Accueil", "Se déconnecter>>Fin"]
    german = arrows("Start -> Auswahl; Als Admin anmelden -> Auswahl")
    assert german == ["Start>>Auswahl", "Als Admin anmelden>>Auswahl"]
    first = arrows("If it rains -> Take an umbrella -> Go")
    assert first == ["If it rains>>Take an umbrella", "Take an umbrella>>Go"]


def test_a_condition_inside_a_chain_labels_the_arrow() -> None:
    assert arrows("Check -> if ok -> Ship") == ["Check>ok>Ship"]
    assert arrows("Raining? -> yes -> Umbrella -> Go") == ["Raining?>yes>Umbrella", "Umbrella>>Go"]


def test_answers_with_a_colon_are_labels_and_other_colons_belong_to_names() -> None:
    assert arrows("OK? -> yes: Ship; OK? -> no: Fix") == ["OK?>yes>Ship", "OK?>no>Fix"]
    assert arrows("OK? -> Ship: yes; OK? -> Fix: no") == ["OK?>yes>Ship", "OK?>no>Fix"]
    assert arrows("Step 1: log in -> Step 2: pay") == ["Step 1: log in>>Step 2: pay"]


def test_a_branch_may_follow_a_comma() -> None:
    assert arrows("A -> B -> C, if no -> D, sonst -> E")[2:] == ["C>no>D", "C>sonst>E"]


def test_shapes_follow_from_what_a_node_does() -> None:
    found = shapes("Sign up -> Verify -> Plan; if lost -> Resend -> Verify")
    assert found == {"Sign up": "ellipse", "Verify": "diamond", "Plan": "ellipse", "Resend": "rectangle"}
    assert shapes("Ready? -> Go") == {"Ready?": "diamond", "Go": "rectangle"}
    assert shapes("A -[http]-> B; A -[grpc]-> C -> B")["A"] == "ellipse"


def test_brackets_give_a_shape_and_are_no_part_of_the_label() -> None:
    assert shapes("[Start] -> (Check) -> {Paid} -> ([End]) -> ((Over)) -> a [b] c -> End") == {
        "Start": "rectangle",
        "Check": "ellipse",
        "Paid": "diamond",
        "End": "ellipse",
        "Over": "ellipse",
        "a [b] c": "rectangle",
    }


def test_quotes_of_all_kinds_hold_arrows_and_semicolons() -> None:
    text = '"a -> b" -> “c; d” -> „e => f“ -> «g → h» -> 「i -> j」 -> \'k\' -> "say \\"l\\""'
    assert [node.label for node in chart(text).nodes] == ["a -> b", "c; d", "e => f", "g → h", "i -> j", "k", 'say "l"']


def test_a_final_full_stop_is_no_part_of_the_last_label() -> None:
    assert [node.label for node in chart("Order -> Pay -> Ship to St. Ives").nodes][-1] == "Ship to St. Ives"
    assert [node.label for node in chart("Order -> Pay -> Ship.").nodes][-1] == "Ship"
    assert [node.label for node in chart("Order -> Pay -> Acme Inc...").nodes][-1] == "Acme Inc..."


def test_the_first_line_without_an_arrow_is_the_title() -> None:
    assert chart("Onboarding\nA -> B\nB -> C").title == "Onboarding"
    assert chart("# Onboarding\n\nA -> B\nB -> C").title == "Onboarding"
    assert chart("A\nA -> B\nB -> C").title == ""
    assert chart("Order\n  yes -> Ship\n  no -> Stop").title == ""


@pytest.mark.parametrize("text", ["A -> B ->", "A -> -> B", "-> A -> B\n;-> C -> D", "A -> B; -> ; C -> D", "->->->"])
def test_an_arrow_that_leads_nowhere_is_named(text: str) -> None:
    with pytest.raises(PlanError, match="arrow"):
        plan_diagram(text)


def test_more_boxes_than_can_be_drawn_are_refused_with_the_bound() -> None:
    with pytest.raises(PlanError, match="500"):
        plan_diagram(" -> ".join(f"step {number}" for number in range(501)))
    assert len(chart(" -> ".join(f"step {number}" for number in range(500))).nodes) == 500
