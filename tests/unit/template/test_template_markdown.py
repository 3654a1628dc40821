"""What counts as a box, a section and a code block in GitHub-flavoured Markdown."""

from __future__ import annotations

import random
import time

import pytest

from gatekeeper.template.markdown import (
    VALUE_END,
    VALUE_START,
    Body,
    Box,
    normal,
    parse,
)

TEMPLATE = """\
# Change of a service

## Kind

- [ ] New feature
- [x] **Bug fix**

## Checks (nothing is left out)

### Tests
- [x] **Error Handling**: every `except` has a test
* [X] **Edge Cases**: empty input

### Design
1. [ ] **Error Handling**: one format
2) [ ] ~~Old line~~

## Results

### Output of the tests
```
# Run: pytest
3 passed in 0.01s
```

---

*A closing remark.*
"""


def titles(text: str) -> list[str]:
    return [box.title for box in parsed(text).boxes]


def ticks(text: str) -> list[bool]:
    return [box.ticked for box in parsed(text).boxes]


def parsed(text: str) -> Body:
    """A body of which holds what has to hold for every one."""
    body = parse(text)
    assert "".join(body.lines) == text
    for box in body.boxes:
        mark = body.lines[box.line - 1][box.column :][:3]
        assert mark in (("[x]", "[X]") if box.ticked else ("[ ]",))
    assert len({box.line for box in body.boxes}) == len(body.boxes)
    for section in body.sections:
        assert 0 <= section.start < section.end <= len(body.lines)
    return body


def only(text: str) -> Box:
    (box,) = parsed(text).boxes
    return box


def test_a_template_has_its_boxes_with_the_headings_above_them() -> None:
    body = parsed(TEMPLATE)
    found = [(box.line, box.ticked, *box.sections[1:]) for box in body.boxes]
    checks = "Checks (nothing is left out)"
    assert found == [
        (5, False, "Kind"),
        (6, True, "Kind"),
        (11, True, checks, "Tests"),
        (12, True, checks, "Tests"),
        (15, False, checks, "Design"),
        (16, False, checks, "Design"),
    ]
    assert body.boxes[1].title == "**Bug fix**"
    assert [box.struck for box in body.boxes] == [False] * 5 + [True]


@pytest.mark.parametrize("marker", ["-", "*", "+", "1.", "1)", "42.", "0)"])
@pytest.mark.parametrize(("mark", "ticked"), [(" ", False), ("x", True), ("X", True)])
def test_every_marker_of_a_list_and_every_mark(
    marker: str, mark: str, ticked: bool
) -> None:
    box = only(f"{marker} [{mark}] title\n")
    assert (box.title, box.ticked, box.line) == ("title", ticked, 1)
    assert box.column == len(marker) + 1


@pytest.mark.parametrize(
    "text",
    [
        "- []  no space between",
        "- [y] another letter",
        "- [x]no space behind",
        "- [x](https://example.org) a link",
        "- [ ]",
        "- [ ] ",
        "- [ ] <!-- only a comment -->",
        "- text [ ] later",
        "[ ] no list",
        "-[ ] no list",
        "1234567890. [ ] too long a number",
        r"- \[ ] escaped",
        "- [ ]\u00a0a space that GitHub does not take for one",
        "- # [ ] a heading",
        "```\n- [ ] in a fence\n```",
        "~~~~md\n- [ ] in a fence\n```\n- [ ] still\n~~~~",
        "```\n- [ ] in a fence that nobody closed",
        "    - [ ] indented code",
        "\t- [ ] indented code",
        "- a\n\n      - [ ] indented code in an item",
        "<!-- - [ ] in a comment -->",
        "<!--\n- [ ] in a comment\n\n- [ ] still\n-->",
        "<!-- nobody closes it\n\n- [ ] in a comment",
        "- <!--\n  - [ ] in a comment in an item\n  -->",
        "<details>\n- [ ] raw HTML until a blank line\n</details>",
        "<pre>\n\n- [ ] preformatted\n\n</pre>",
        "<script>\n\n- [ ] a script\n</script>",
        "| a | b |\n|---|---|\n| - [ ] c | d |",
    ],
)
def test_what_only_looks_like_a_box(text: str) -> None:
    assert titles(text) == []


@pytest.mark.parametrize(
    ("text", "title", "line", "column"),
    [
        ("- [ ] a", "a", 1, 2),
        ("   -   [ ]   a", "a", 1, 7),
        ("-\t[ ]\ta", "a", 1, 2),
        ("- - [ ] a", "a", 1, 4),
        ("- a\n  - b\n    1. [ ] c", "c", 3, 7),
        ("- a\n\t- [ ] b", "b", 2, 3),
        ("> - [ ] a", "a", 1, 4),
        ("> > 1) > + [ ] a", "a", 1, 11),
        ("<details>\n<summary>more</summary>\n\n- [ ] a\n\n</details>", "a", 4, 2),
        ("-\n  [ ] a", "a", 2, 2),
        ("- [ ] a\n  and more", "a\nand more", 1, 2),
        ("- [ ] a\nlazily more", "a\nlazily more", 1, 2),
        ("- [ ]\n  a", "a", 1, 2),
        ("- [ ] [x] a", "[x] a", 1, 2),
        ("text\n- [ ] a", "a", 2, 2),
        ("text <!--\n- [ ] a\n\n-->", "a", 2, 2),
        ("- [ ] a <!-- [x] b -->", "a", 1, 2),
        ("- [ ] a <!-- x --> b <!-- nobody closes it", "a  b", 1, 2),
        ("- [ ] [link](x) <b>a</b> `c`", "[link](x) <b>a</b> `c`", 1, 2),
        ("- [a]: /url\n  [ ] b", "b", 2, 2),
        ("[x]: /url\n\n- [x] a", "a", 3, 2),
    ],
)
def test_where_a_box_may_stand(text: str, title: str, line: int, column: int) -> None:
    box = only(text)
    assert (box.title, box.line, box.column) == (title, line, column)


def test_a_box_that_is_followed_by_others_deeper_down() -> None:
    text = "- [x] a\n  - [ ] b\n    > * [X] c\n- [ ] d\n"
    assert titles(text) == ["a", "b", "c", "d"]
    assert ticks(text) == [True, False, True, False]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("last", ["", "end"])
def test_line_ends_of_every_kind(end: str, last: str) -> None:
    text = end.join(["# A", "", "- [ ] b  ", "- [x] c", "", "```", "d", "```", last])
    body = parsed(text)
    assert [(b.title, b.line) for b in body.boxes] == [("b", 3), ("c", 4)]
    (section,) = body.sections
    (block,) = body.blocks
    assert (section.start, section.end) == (0, 9 if last else 8)
    assert (block.text, block.start, block.first) == ("d\n", 5, 6)


def test_line_ends_that_only_python_knows_do_not_shift_lines() -> None:
    odd = "a\x0bb\x0cc\x1cd\x1de\x1ef\x85g\u2028h\u2029i\x00j"
    body = parsed(f"{odd}\n\n- [ ] {odd}\r- [x] next\r\n\r\n```\n{odd}\n```\n")
    assert [(b.line, b.column) for b in body.boxes] == [(3, 2), (4, 2)]
    assert body.blocks[0].first == 6


@pytest.mark.parametrize(
    ("title", "struck"),
    [
        ("~~Cache Tests: Redis~~", True),
        ("~~**Cache Tests**: Redis~~ ", True),
        ("**~~Cache Tests: Redis~~**", True),
        ("~Cache Tests: Redis~", True),
        ("~~Cache Tests: Redis~~ not needed", True),
        ("~~Cache Tests~~: Redis", True),
        ("~~Cache Tests: N/A: we have none~~", True),
        ("~~Cache Tests~~: Redis. N/A: we have none", False),
        ("~~Cache Tests: Redis~~ not applicable: we have none", False),
        ("Cache Tests: ~~Redis~~", False),
        ("**Cache Tests**: ~~Redis~~ files", False),
        ("~~Cache Tests: nobody closes it", False),
        ("~ 10 users: about ~ 20", False),
        ("~ 10 users: 20~ or so", False),
    ],
)
def test_struck_through_from_the_beginning(title: str, struck: bool) -> None:
    assert only(f"- [x] {title}").struck is struck


def test_titles_agree_whatever_markup_and_case_they_have() -> None:
    box = only("- [ ] **Error *Handling***: every `case`")
    for title in ("Error Handling", "error  handling", "**Error** `HANDLING`"):
        assert box.is_called(title)
    for title in ("Error", "Error Handling: every", "Handling", "Error Handling:"):
        assert not box.is_called(title)
    assert only("- [ ] Error Handling").is_called("Error Handling")
    assert only("- [ ] Error Handling : x").is_called("Error Handling")
    assert not only("- [ ] Error Handling of others").is_called("Error Handling")
    assert not only("- [ ] Error-Handling").is_called("Error Handling")


@pytest.mark.parametrize(
    "behind",
    [
        " @alice 3f2a9c1d44e0",
        " (@alice)",
        " N/A: nobody uses it",
        " - N/A: nobody uses it",
        ". Not applicable: nobody uses it",
        "\n  with a remark",
    ],
)
def test_a_title_without_a_colon_may_be_signed(behind: str) -> None:
    assert only(f"- [x] Tried by hand{behind}").is_called("Tried by hand")


@pytest.mark.parametrize(
    "behind",
    [" later", " later\n  with a remark", " nobody@example.org", " n/ab", "s @a"],
)
def test_a_title_that_goes_on_is_another(behind: str) -> None:
    assert not only(f"- [x] Tried by hand{behind}").is_called("Tried by hand")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("🔍 Static Analysis", "Static Analysis"),
        ("⚠️ Pre-Merge", "Pre-Merge"),
        ("👩‍💻🏽 Review", "Review"),
        ("1️⃣ First", "1 First"),
        ("Café tests", "Cafe\u0301 tests"),
        ("\u200fشبكة\u200e", "شبكة"),
        ("soft\u00adhyphen", "softhyphen"),
        ("wide\u00a0space", "wide space"),
        ("STRASSE", "straße"),
        ("Node.js → Python", "node.js → python"),
        ("a \\* b", "a b"),
        ("a<!-- note -->", "A"),
        ("", "🔄"),
    ],
)
def test_what_is_the_same_text(one: str, other: str) -> None:
    assert normal(one) == normal(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Node → x", "Node x"),
        ("≤ 5", "≥ 5"),
        ("नमस्ते", "नमसत"),
        ("a b", "ab"),
        ("שׁ", "ש"),
    ],
)
def test_what_is_not_the_same_text(one: str, other: str) -> None:
    assert normal(one) != normal(other)


def test_right_to_left_text_keeps_its_place() -> None:
    text = "## \u202bعنوان\u202c\n\n- [x] **العنوان**: \u2067نص\u2069 [ ] (abc)\n"
    box = only(text)
    assert (box.line, box.column, box.ticked) == (3, 2, True)
    assert box.is_called("العنوان")
    assert box.is_below("عنوان")


def test_one_title_in_three_sections() -> None:
    text = "".join(f"## {name} (x)\n- [ ] **Same**: a\n" for name in "ABC")
    boxes = parsed(text).boxes
    assert all(box.is_called("Same") for box in boxes)
    assert [box.line for box in boxes if box.is_below("B")] == [4]


def test_a_heading_holds_until_one_of_its_level() -> None:
    text = "# A\n### C\n- [ ] a\n## B\n- [ ] b\n#### D\n- [ ] c\n# E\n- [ ] d\n"
    assert [box.sections for box in parsed(text).boxes] == [
        ("A", "C"),
        ("A", "B"),
        ("A", "B", "D"),
        ("E",),
    ]


def test_headings_that_are_underlined() -> None:
    body = parsed("A **b**\nc\n===\n- [ ] a\n\nD\n---\n- [ ] b\n")
    assert [box.sections for box in body.boxes] == [
        ("A **b**\nc",),
        ("A **b**\nc", "D"),
    ]
    assert [(s.heading, s.start, s.end) for s in body.sections] == [
        ("A **b**\nc", 0, 5),
        ("D", 5, 8),
    ]


def test_a_heading_in_a_quote_or_an_item_ends_with_it() -> None:
    text = (
        "## A\n> # Quoted\n> - [ ] a\n\n- [ ] b\n\n"
        "- # Item\n  - [ ] c\n- [ ] d\n\n- [ ] e\n"
    )
    body = parsed(text)
    assert [(box.title, box.sections) for box in body.boxes] == [
        ("a", ("Quoted",)),
        ("b", ("A",)),
        ("c", ("Item",)),
        ("d", ("A",)),
        ("e", ("A",)),
    ]
    assert [section.heading for section in body.sections] == ["A"]


def test_what_looks_like_a_heading_in_code_or_a_comment_is_none() -> None:
    body = parsed("# A\n```\n# B\n```\n<!--\n# C\n-->\n    # D\n\n#E\n- [ ] a\n")
    assert [section.heading for section in body.sections] == ["A"]
    assert body.boxes[0].sections == ("A",)


def test_a_section_ends_at_the_next_heading_or_rule() -> None:
    body = parsed("a\n# A\nb\n\n---\nc\n## B ##\n#\nd\n# C")
    assert [(s.heading, s.start, s.end) for s in body.sections] == [
        ("A", 1, 4),
        ("B", 6, 7),
        ("C", 9, 10),
    ]
    assert body.sections[0].is_called("a")
    assert not body.sections[0].is_called("B")


def test_code_blocks_say_where_their_text_begins() -> None:
    text = "```sh\na\n\nb\n```\n\n    c\n    d\n\n> ~~~\n> e\n> ~~~\n\n- ```\n  f\n"
    assert [(b.text, b.start, b.first) for b in parsed(text).blocks] == [
        ("a\n\nb\n", 0, 1),
        ("c\nd\n", 6, 6),
        ("e\n", 9, 10),
        ("f\n", 13, 14),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "\n", "Mended a typo.", "- a\n- b", "```", "<!--", "---", "#", "\ud800"],
)
def test_a_body_that_is_not_the_template(text: str) -> None:
    body = parsed(text)
    assert (body.boxes, body.sections) == ((), ())


def test_our_own_values_are_no_part_of_a_title() -> None:
    start, end = "<!-- gatekeeper value -->", "<!-- /gatekeeper value -->"
    box = only(f"- [x] Scans clean {start}✔ 0 [ ] (≤ 0){end}\n")
    assert box.title == "Scans clean"
    assert only(f"- [x] Scans {start}clean").title == "Scans clean"


HOSTILE = {
    "boxes": "- [ ] **A b**: text\n",
    "boxes in quotes": "> - [ ] a\n",
    "paragraphs in items": "- [ ] a\n\n  b\n\n",
    "prose": "lorem ipsum dolor sit amet\n",
    "underlined headings": "a\n---\n",
    "fences": "```\n",
    "quotes": ">",
    "lists": "- ",
    "brackets": "[",
    "lines of brackets": "[\n",
    "comments": "<!--",
    "lines of comments": "<!--\n",
    "strike-through": "~~ ",
    "tags": "<a ",
    "blank": " ",
    "tabs": "\t",
    "empty lines": "\r",
}


def test_a_megabyte_is_parsed_in_seconds() -> None:
    section = TEMPLATE.replace("# Change of a service", "# Change")
    began = time.monotonic()
    body = parsed(section * (1_000_000 // len(section)))
    assert time.monotonic() - began < 60
    assert len(body.boxes) == 6 * (1_000_000 // len(section))


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("start", ["", "- [ ] "])
def test_time_grows_with_the_length_and_not_with_its_square(
    unit: str, start: str
) -> None:
    began = time.monotonic()
    parse(start + unit * (200_000 // len(unit)))
    assert time.monotonic() - began < 10


def test_marks_of_ours_that_nobody_closed_cost_no_time() -> None:
    began = time.monotonic()
    assert len(only("- [ ] a" + " <!-- gatekeeper value -->" * 35_000).title) == 1
    assert time.monotonic() - began < 10


def test_many_titles_are_looked_for_in_a_megabyte_in_seconds() -> None:
    body = parsed("- [ ] **Á b**: text and more\n" * 35_000)
    began = time.monotonic()
    for number in range(40):
        assert not any(box.is_called(f"title {number}") for box in body.boxes)
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("unit", ["> ", "- ", "  - a\n", "1. > "])
def test_nesting_without_end_is_cut_and_does_not_crash(unit: str) -> None:
    deep = "".join(" " * (2 * i) + "- [ ] a\n" for i in range(1000))
    assert 10 < len(parsed(deep).boxes) < 1000
    parsed(unit * 20_000 + "[ ] a\n")
    parsed("".join(unit * i + "- [ ] a\n" for i in range(200)))


PIECES = (
    *("- [ ] a", "* [x] b: c", "1. [X] **d**", "  - [ ] e", "> - [x] f", "\t", "    "),
    *("# A", "## B", "###", "---", "===", "```", "~~~", "````text", "<!--", "-->"),
    *("<!-- gatekeeper value -->", "<!-- /gatekeeper value -->", "<details>", ">"),
    *("<!-- gatekeeper output -->", "<!-- /gatekeeper output -->", "</details>", "|"),
    *("\n", "\n", "\n", "\n\n", "\r\n", "\r", " ", "  ", "\u2028", "\x0c", "\x85"),
    *("text", "~~g~~", "[ ]", "[x]: /u", "\\", "`", "\x00", "🔄️", "\ud800", "שלום"),
)


def test_any_text_is_a_body() -> None:
    dice = random.Random(4)
    boxes = sections = blocks = 0
    for _ in range(3000):
        body = parsed("".join(dice.choices(PIECES, k=dice.randrange(1, 40))))
        boxes += len(body.boxes)
        sections += len(body.sections)
        blocks += len(body.blocks)
    assert min(boxes, sections, blocks) > 300


@pytest.mark.parametrize(
    "title",
    [
        "\u274c ~~Business Logic~~: same",
        "\u200b~~Business Logic~~: same",
        "~~Business Logic~~: same. N/A",
        "~~Business Logic~~: not applicable any more",
    ],
)
def test_what_is_struck_through_is_so_behind_ornaments_too(title: str) -> None:
    assert only(f"- [x] {title}").struck


def test_words_between_our_marks_before_the_title_belong_to_it() -> None:
    box = only(f"- [x] <!-- --> {VALUE_START} NOT DONE: {VALUE_END} Business Logic")
    assert not box.is_called("Business Logic")


def test_what_is_below_a_struck_heading_is_in_no_section() -> None:
    box = only("## ~~Functional Parity~~\n\n- [x] Business Logic: same")
    assert not box.is_below("Functional Parity")
