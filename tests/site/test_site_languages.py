"""One switch between Chinese and English: what exists in English is shown in it, and every text says which language it is in."""

from __future__ import annotations

import re
from typing import Any

import pytest
from shipped_site import Look

PAGE = "/shop-handbook/tmall-cs-code/"
PAGES = (
    "/",
    "/ask/",
    "/documents/",
    "/documents/silence/",
    "/shop-handbook/",
    PAGE,
    "/compare/late/",
    "/topics/attendance/",
    "/compare/conflicts/",
)
VISIBLE = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const found = []
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const host = node.parentElement
    if (!node.data.trim() || host.closest("script, style, noscript") || !host.checkVisibility()) continue
    found.push([node.data.trim(), host.closest("[lang]").lang, Boolean(host.closest(".kb-content"))])
  }
  return found
}"""
"""Each visible text with the language it is said to be in, and whether it belongs to the page itself."""


def is_chinese(text: str) -> bool:
    """Whether more of it is Chinese than is Latin: an English gloss may quote a Chinese word."""
    return len(re.findall("[\u3400-\u9fff]", text)) > len(re.findall("[A-Za-z]", text))


def texts(page: Any) -> list[tuple[str, str, bool]]:
    return [tuple(found) for found in page.evaluate(VISIBLE)]


@pytest.mark.parametrize("path", PAGES)
def test_english_is_shown_where_it_exists_and_the_rest_says_that_it_is_chinese(
    static: str, look: Look, path: str
) -> None:
    page = look(language="en").at(static + path)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.documentElement.lang") == "en"
    shown = texts(page)
    assert [text for text, language, _ in shown if is_chinese(text) and language != "zh"] == []
    frame = [text for text, _, own in shown if is_chinese(text) and not own and text != "中文"]
    assert frame == []
    headings = page.eval_on_selector_all(
        "h1, h2", "all => all.map(one => one.innerText.trim()).filter(Boolean)"
    )
    if path not in ("/ask/", PAGE):
        assert [heading for heading in headings if is_chinese(heading)] == []
    assert not is_chinese(page.title())
    said = page.eval_on_selector_all(
        "input[placeholder], [aria-label], [title]",
        "all => all.flatMap(one => [one.placeholder, one.ariaLabel, one.title]).filter(Boolean)",
    )
    assert [text for text in said if is_chinese(text)] == []


@pytest.mark.parametrize("path", PAGES)
def test_chinese_is_the_default_and_nothing_of_the_english_is_seen(
    static: str, look: Look, path: str
) -> None:
    page = look().at(static + path)
    assert page.evaluate("document.documentElement.lang") == "zh"
    shown = texts(page)
    english = [text for text, language, _ in shown if language == "en"]
    assert english == ["English"]
    assert any(is_chinese(text) for text, _, _ in shown)


def test_a_document_shows_title_summary_contents_and_glosses_in_english(static: str, look: Look) -> None:
    page = look().at(static + PAGE)
    assert page.locator(".kb-gloss:visible").count() == 0
    page.click("#kb-gloss-toggle")
    assert page.locator(".kb-gloss:visible").count() > 40
    page.keyboard.press("Escape")
    page.focus("#kb-language")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-kb-lang=en][data-kb-ready]", state="attached")
    assert page.inner_text(".kb-title-en") == "Tmall shop customer-service code and working rules"
    assert page.inner_text("blockquote").startswith("Code of work")
    assert "Status: Not stated" in page.inner_text(".kb-facts")
    assert "Code of work for customer service." in page.inner_text(".md-nav--secondary")
    assert page.locator(".kb-gloss:visible").count() > 40
    page.click('[id="2-1-n1"] .kb-differ')
    panel = page.wait_for_selector(".kb-panel").inner_text()
    assert "Hours of the shift: here 8:30-16:30, there" in panel
    page.goto(static + "/")  # remembered
    assert "By topic" in page.inner_text(".kb-content")
    page.click("#kb-language")
    page.wait_for_selector("[data-kb-lang=zh][data-kb-ready]", state="attached")
    assert "按主题" in page.inner_text(".kb-content")


def test_no_script_of_ours_has_to_run_before_the_right_language_is_seen(static: str, look: Look) -> None:
    visit = look(language="en")
    visit.page.route("**/assets/**/*.js", lambda route: route.abort())
    visit.page.goto(static + "/compare/late/")
    shown = [text for text, _, own in texts(visit.page) if not own]
    assert "Comparisons" in shown
    assert visit.page.get_attribute("#kb-search input", "placeholder") == "Search the rules: press /"
    assert {text for text in shown if is_chinese(text)} <= {
        "中文",
        "跳转至",
    }  # the way to the text shows on focus


def test_without_scripts_the_page_is_chinese(static: str, look: Look) -> None:
    page = look(java_script_enabled=False).page
    page.goto(static + PAGE)
    assert "天猫电商平台客服管理制度与工作守则" in page.inner_text("h1")
    assert page.locator(".kb-en:visible").count() == 0
    assert page.is_hidden("#kb-language")
    page.goto(static + "/")
    assert "按主题" in page.inner_text(".kb-content")


def test_answers_are_framed_in_english(served: str, look: Look) -> None:
    visit = look(language="en")
    page = visit.at(served + "/ask/?q=早班几点到几点")
    page.wait_for_selector(".kb-answer--answered")
    head = page.eval_on_selector_all(".kb-answer thead th", "cells => cells.map(cell => cell.textContent)")
    assert head == ["Document", "Rule", "Source"]
    assert not any(is_chinese(title) for title in page.locator(".kb-answer tbody th").all_inner_texts())
    assert page.locator(".kb-citation .kb-gloss").count() >= 2
    assert [text for text, language, _ in texts(page) if is_chinese(text) and language != "zh"] == []
    page.keyboard.press("/")
    page.fill("#kb-search input", "迟到")
    page.wait_for_selector("#kb-search .kb-group")
    assert [text for text, language, _ in texts(page) if is_chinese(text) and language != "zh"] == []
    assert visit.complaints == []
