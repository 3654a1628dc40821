"""Boxes of a pull-request body, and what only looks like one."""

from __future__ import annotations

import pytest

from gatekeeper.template.boxes import boxes, find

BODY = """# Title

## Quality \U0001f50d
- [ ] **Security Review**: by the team
- [x] *Docs* written
* [X] star
+ [ ] plus
1. [x] numbered
   - [ ] nested
- [] not a box
- [y] not a box
- text [x] not a box

<!-- - [x] hidden -->
```
- [x] in code
```
    - [x] indented code

## Other
- [ ] ~~struck~~ through
- [x] <!-- note --> **Docs** again
"""


def test_boxes_are_list_items_and_nothing_else() -> None:
    found = [(box.title, box.ticked, box.line) for box in boxes(BODY)]
    assert found == [
        ("**Security Review**: by the team", False, 4),
        ("*Docs* written", True, 5),
        ("star", True, 6),
        ("plus", False, 7),
        ("numbered", True, 8),
        ("nested", False, 9),
        ("~~struck~~ through", False, 21),
        ("**Docs** again", True, 22),
    ]
    assert [box.section for box in boxes(BODY)][-1] == "other"


def test_windows_line_ends_change_nothing() -> None:
    assert boxes(BODY.replace("\n", "\r\n")) == boxes(BODY)


@pytest.mark.parametrize(
    ("title", "line"),
    [
        ("Security Review", 4),
        ("security  review", 4),
        ("docs written", 5),
        ("Docs", None),
        ("in code", None),
        ("hidden", None),
    ],
)
def test_a_box_is_found_by_its_title(title: str, line: int | None) -> None:
    box = find(BODY, title)
    assert (box.line if box else None) == line
