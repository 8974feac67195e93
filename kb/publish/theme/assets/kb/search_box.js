// The search boxes: in the header of every page and on the home page.
import { address, langOf, make, moveWithArrows, post, root, say } from "./core.js"
import { byDocument, documentGroup } from "./results.js"
import { find, load, termsOf } from "./search.js"

const MOST_DOCUMENTS = 10
const PAUSE = 120 // milliseconds without typing before the server is asked for meaning

/** Returns hits of the server as clauses that we know; ones the site does not hold are left out. */
async function byMeaning(question, signal) {
  const answer = await post("search", { question, limit: 20 }, signal)
  if (!answer) return undefined
  const known = new Map((await load()).map((clause) => [clause.id, clause]))
  return answer.hits.map((hit) => known.get(hit.clause_id)).filter(Boolean)
}

/** Fills `list` with what is found; the last word comes from `isCurrent`, which is false once more was typed. */
export async function showResults(question, list, status, { signal, most = MOST_DOCUMENTS, pause = 0 } = {}) {
  const all = await load()
  if (signal?.aborted) return
  const terms = termsOf(question)
  const { exact, near } = find(question, all)
  const render = (meant) => {
    const groups = exact.slice(0, most).map((group) => documentGroup(group.document, group.clauses, terms))
    const shown = new Set(exact.map((group) => group.document))
    const others = (meant ?? near).filter((clause) => !shown.has(clause.document))
    const room = Math.max(meant ? 5 : 0, most - groups.length)
    const close = byDocument(others).slice(0, room).map(([doc, found]) => documentGroup(doc, found, terms, 2))
    list.replaceChildren(...groups)
    if (exact.length > most) {
      const more = make("button", { type: "button", class: "kb-more-hits" }, say(`还有 ${exact.length - most} 份文件`, `${exact.length - most} more documents`))
      more.addEventListener("click", () => more.parentElement.replaceWith(...exact.slice(most).map((group) => documentGroup(group.document, group.clauses, terms))))
      list.append(make("li", {}, more))
    }
    if (close.length) {
      list.append(make("li", { class: "kb-results__note" }, say("意思相近", "Close in meaning")), ...close)
    }
    const count = exact.length
      ? say(`${exact.length} 份文件里有这几个字`, `${exact.length} documents hold these words`)
      : close.length ? say("没有逐字相同的条款", "No clause holds these very words") : say("没有找到", "Nothing found")
    status.textContent = count
  }
  render()
  if (pause) await new Promise((resolve) => setTimeout(resolve, pause))
  if (signal?.aborted) return
  try {
    const meant = await byMeaning(question, signal)
    if (meant && !signal?.aborted && !list.contains(document.activeElement)) render(meant)
  } catch (error) {
    if (error.name !== "AbortError") status.textContent += say("（服务没有回应，只列出逐字找到的）", " (the server did not answer; exact matches only)")
  }
}

function setUpBox(form) {
  const input = form.querySelector("input")
  const panel = form.querySelector(".kb-results")
  if (!panel) return
  const status = make("p", { class: "kb-results__status", role: "status" })
  const ask = make("a", { class: "kb-results__ask", href: root.href })
  const list = make("ol", { class: "kb-results__list md-search-result__list" })
  panel.append(status, ask, list)
  let running
  const close = () => {
    panel.hidden = true
    running?.abort()
  }
  const update = async () => {
    running?.abort()
    const question = input.value.trim()
    if (!question) {
      close()
      list.replaceChildren()
      return
    }
    running = new AbortController()
    const { signal } = running
    const target = new URL(address("ask/"))
    target.searchParams.set("q", question)
    ask.href = target.href
    ask.replaceChildren(say("提问：", "Ask: "), make("strong", { lang: langOf(question) }, question))
    panel.hidden = false
    try {
      await showResults(question, list, status, { signal, pause: PAUSE })
    } catch (error) {
      if (error.name !== "AbortError") status.textContent = say("搜索数据没有取到，请重试。", "The search data could not be loaded; try again.")
    }
  }
  input.addEventListener("focus", () => {
    load().catch(() => {})
    if (input.value.trim() && list.childElementCount) panel.hidden = false
  })
  input.addEventListener("input", update)
  moveWithArrows(input, panel)
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden) return
    event.preventDefault()
    event.stopPropagation()
    close()
    input.focus()
  })
  form.addEventListener("submit", (event) => {
    if (!input.value.trim()) event.preventDefault()
  })
  document.addEventListener("pointerdown", (event) => {
    if (!form.contains(event.target)) close()
  })
  form.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) close()
  })
}

/** Sets up the boxes, the key `/` and, on a phone, the button that opens the search. */
export function setUpSearch() {
  document.querySelectorAll("form.kb-box").forEach(setUpBox)
  const search = document.getElementById("kb-search")
  const opener = document.getElementById("kb-search-open")
  const shown = (element) => element && element.offsetParent !== null
  const open = (isOpen) => {
    search.classList.toggle("kb-search--open", isOpen)
    opener.setAttribute("aria-expanded", String(isOpen))
    document.documentElement.classList.toggle("kb-locked", isOpen)
    if (isOpen) search.querySelector("input").focus()
  }
  opener.addEventListener("click", () => open(true))
  search.querySelector(".kb-box__close").addEventListener("click", () => {
    open(false)
    if (shown(opener)) opener.focus()
  })
  search.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && search.classList.contains("kb-search--open")) {
      open(false)
      opener.focus()
    }
  })
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return
    event.preventDefault()
    const large = document.querySelector(".kb-box--large input")
    if (shown(large)) {
      large.focus()
      large.select()
    } else if (shown(opener)) open(true)
    else search.querySelector("input").focus()
  })
}
