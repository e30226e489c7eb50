"""How templates are found, what lies under them, and what is said of their data."""

from __future__ import annotations

from pathlib import Path

import pytest

from coursekit import templates
from coursekit.assets import asset
from coursekit.errors import InputError
from coursekit.templates import all_templates, find_template


def make(folder: Path, metadata: str = 'title = "T"\n') -> Path:
    (folder / "{{cookiecutter.slug}}").mkdir(parents=True)
    (folder / "template.toml").write_text(metadata)
    return folder


def under(template: templates.Template) -> list[str]:
    return [folder.name for folder in template.layers]


def test_a_base_lies_under_its_template_and_common_under_all() -> None:
    assert under(find_template("blank")) == ["common", "blank"]
    assert under(find_template("tabular-regression")) == ["common", "tabular", "tabular-regression"]


def test_an_own_template_may_stand_on_ours_on_common_or_on_nothing(tmp_path: Path) -> None:
    own = make(tmp_path / "own", 'title = "Own"\nbase = "tabular"\n')
    assert under(find_template(str(own))) == ["common", "tabular", "own"]
    assert under(find_template(str(make(tmp_path / "plain")))) == ["common", "plain"]
    assert under(find_template(str(make(tmp_path / "bare", 'title = "B"\ncommon = false\n')))) == ["bare"]
    (tmp_path / "foreign" / "{{cookiecutter.slug}}").mkdir(parents=True)
    assert under(find_template(str(tmp_path / "foreign"))) == ["common", "foreign"]


def test_an_own_template_may_be_called_as_its_base(tmp_path: Path) -> None:
    own = make(tmp_path / "blank", 'title = "Ours"\nbase = "blank"\n')
    assert find_template(str(own)).layers == (*find_template("blank").layers, own)


def test_a_base_that_is_not_there_is_named(tmp_path: Path) -> None:
    own = make(tmp_path / "own", 'title = "Own"\nbase = "tables"\n')
    with pytest.raises(InputError, match=r"blank, common, .*'tables'") as error:
        find_template(str(own))
    assert "template.toml" in error.value.hint


def test_bases_in_a_circle_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "a", 'title = "A"\nbase = "b"\n')
    make(tmp_path / "b", 'title = "B"\nbase = "a"\n')
    monkeypatch.setattr(templates, "asset", lambda _: tmp_path)
    with pytest.raises(InputError, match="base of the template"):
        all_templates()


def test_what_is_only_a_base_is_not_offered() -> None:
    names = {template.name for template in all_templates()}
    bases = {folder.name for template in all_templates() for folder in template.bases}
    assert bases - names == {"common", "tabular"}
    with pytest.raises(InputError, match="expected one of the templates"):
        find_template("tabular")


def test_the_version_follows_every_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "common", 'title = "C"\noffered = false\n')
    make(tmp_path / "low", 'title = "L"\noffered = false\n')
    make(tmp_path / "high", 'title = "H"\nbase = "low"\n')
    monkeypatch.setattr(templates, "asset", lambda _: tmp_path)
    (template,) = all_templates()
    before = template.version()
    (tmp_path / "low" / "{{cookiecutter.slug}}" / "new.txt").write_text("new")
    assert template.version() != before


def test_data_are_described_in_full_or_not_at_all(tmp_path: Path) -> None:
    whole = 'title = "T"\n[data]\nname = "N"\nsource = "S"\nlicense = "L"\ncitation = "C"\n'
    found = find_template(str(make(tmp_path / "whole", whole))).data
    assert found
    assert (found.name, found.source, found.license, found.citation) == ("N", "S", "L", "C")
    with pytest.raises(InputError, match="license"):
        find_template(str(make(tmp_path / "part", whole.replace('license = "L"\n', ""))))
    with pytest.raises(InputError, match="licence"):
        find_template(str(make(tmp_path / "other", whole + 'licence = "L"\n')))
    assert find_template(str(make(tmp_path / "none"))).data is None


def test_every_folder_in_templates_is_used() -> None:
    folders = {path.parent for path in asset("templates").glob("*/template.toml")}
    assert {layer for template in all_templates() for layer in template.layers} == folders
