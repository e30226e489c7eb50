"""What `coursekit rules` tells; and that there is something to tell of every rule, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit.checker import all_rules, load_profile
from coursekit.checker.explain import explain, rules
from coursekit.errors import InputError
from coursekit.model import Level, Text


@pytest.mark.parametrize("code", all_rules())
def test_every_rule_tells_all_in_both_languages(code: str) -> None:
    rule = all_rules()[code]
    for text in (rule.title, rule.what, rule.why, rule.hint):
        assert isinstance(text, Text)
        assert text.en.strip()
        assert text.de.strip()
    for text in (rule.what, rule.why, rule.hint):
        assert text.en != text.de
        assert text.en.endswith((".", "!"))
        assert text.de.endswith((".", "!"))
    example = rule.example if isinstance(rule.example, Text) else Text(rule.example, rule.example)
    assert example.en.strip()
    assert example.de.strip()


def test_without_a_profile_every_rule_is_listed_by_its_code() -> None:
    found = rules()
    assert [rule.code for rule in found] == sorted(all_rules())
    assert {rule.code: rule.level for rule in found}["DOC103"] is Level.REQUIRED


def test_a_profile_lists_what_it_asks_for_in_its_order(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        'name = "own"\ntitle = "x"\nmilestones = ["a"]\n'
        '[[requirements]]\ncode = "PRE605"\nmilestone = "a"\nparameters = { width = 1600 }\n'
        '[[requirements]]\ncode = "XYZ901"\nmilestone = "a"\ntitle = { en = "Told in class" }\n',
        encoding="utf-8",
    )
    cover, told = rules(str(own), language="de")
    assert (cover.code, cover.level, cover.milestone, cover.profile) == ("PRE605", Level.ADVISED, "a", "own")
    assert [(one.name, one.default, one.value) for one in cover.parameters] == [
        ("width", 800, 1600), ("height", 450, 450)
    ]  # fmt: skip
    assert (told.title, told.what, told.parameters) == ("Told in class", "", ())
    other = explain("DOC101", str(own))
    assert (other.profile, other.level, other.milestone) == (None, None, None)


def test_a_code_is_found_in_any_case_and_a_wrong_one_told_with_the_nearest() -> None:
    assert explain("doc103").code == "DOC103"
    with pytest.raises(InputError) as caught:
        explain("DOX103")
    assert "'DOC103'" in caught.value.hint
    with pytest.raises(InputError, match="none called"):
        explain("DOC103", "nothing-like-it")


def test_the_hints_of_a_profile_are_those_of_its_rules() -> None:
    asked = load_profile("opencampus-ml").requirements
    assert [rule.code for rule in rules("opencampus-ml")] == [requirement.code for requirement in asked]
    assert explain("LIT201", language="de").hint == all_rules()["LIT201"].hint.de


def test_a_rule_of_others_may_say_what_it_asks_in_its_docstring(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = all_rules()["DOC101"]
    monkeypatch.delattr(type(rule), "what")
    assert explain("DOC101").what == "The root README has a heading with the project's own title."
