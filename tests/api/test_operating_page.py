"""The page about running the service names what there is."""

from __future__ import annotations

import re

from api.conftest import ROOT
from kb.api.settings import Limits
from kb.cli.main import main

FOLDER = ROOT / "docs" / "operating"


def test_every_option_on_the_page_exists() -> None:
    page = (FOLDER / "running.md").read_text(encoding="utf-8")
    known = {
        option
        for command in [*main.commands.values(), *main.commands["keys"].commands.values()]  # type: ignore[attr-defined]
        for parameter in command.params
        for option in parameter.opts
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", page))
    assert named
    assert named <= known


def test_the_limits_on_the_page_are_those_in_force() -> None:
    page = (FOLDER / "running.md").read_text(encoding="utf-8")
    limits = Limits()
    assert f"| {limits.batch} questions |" in page
    assert f"/ {limits.waiting} |" in page
    assert f"| {limits.seconds:g} s |" in page
    assert f"{limits.rate:g} a second, {limits.burst:g} at once" in page
    assert limits.body == 1_000_000


def test_unit_and_container_start_the_command_there_is() -> None:
    assert "serve" in main.commands
    assert "kb serve --behind-proxy" in (FOLDER / "kb.service").read_text(encoding="utf-8")
    assert '"kb", "serve"' in (FOLDER / "Containerfile").read_text(encoding="utf-8")
