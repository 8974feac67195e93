// What stands beside each clause of a document: its id, how to cite it, its sources, gloss and relations.
import { copyButton, data, langOf, language, make, say } from "./core.js"
import { clauseLink, titleOf } from "./results.js"
import { load } from "./search.js"

const BLOCKS = "ul, ol, p, table, div"

/** Returns the element that holds the clause's own words: not those of clauses nested in it. */
function wordsOf(element) {
  if (element.tagName !== "LI") return element
  const first = element.firstElementChild
  return first?.tagName === "P" && !first.id ? first : element
}

/** Puts `added` after the clause's own words, before any list nested in it. */
function append(element, added) {
  const host = wordsOf(element)
  const nested = host === element ? [...host.children].find((child) => child.matches(BLOCKS) && !child.classList.contains("kb-panel")) : undefined
  host.insertBefore(typeof added === "string" ? document.createTextNode(added) : added, nested ?? null)
}

/** Returns the number people cite: the labels printed along the anchor's path, as `kb` writes it. */
async function numberOf(id) {
  try {
    return (await load()).find((clause) => clause.id === id)?.number ?? ""
  } catch {
    return ""
  }
}

function linkTo(anchor) {
  const url = new URL(location.href)
  url.search = ""
  url.hash = anchor
  return url.href
}

function citeButton(doc, anchor) {
  const id = `${doc.id}#${anchor}`
  let number = ""
  const button = copyButton(say("引用", "Cite"), () => `《${doc.title}》${number ? ` ${number}` : ""}（${id}） ${linkTo(anchor)}`, {
    class: "kb-tool",
    "aria-label": say(`复制引用 ${anchor}`, `Copy citation ${anchor}`),
  })
  const learn = () => numberOf(id).then((found) => (number = found))
  button.addEventListener("pointerenter", learn, { once: true })
  button.addEventListener("focus", learn, { once: true })
  return button
}

function section(title, ...content) {
  return make("section", {}, make("h3", { class: "kb-label" }, title), ...content)
}

/** Returns, by clause id, where the clause differs from others: [{other, what, said, saidThere}]. */
async function conflicts() {
  const found = new Map()
  const add = (id, conflict) => found.set(id, [...(found.get(id) ?? []), conflict])
  for (const [a, b, , what, saidA, saidB] of await data("assets/kb/conflicts.json")) {
    add(a, { other: b, what, said: saidA, saidThere: saidB })
    add(b, { other: a, what, said: saidB, saidThere: saidA })
  }
  return found
}

async function conflictSection(id, matters) {
  const [all, differing] = await Promise.all([load(), conflicts()])
  const known = new Map(all.map((clause) => [clause.id, clause]))
  const items = (differing.get(id) ?? [])
    .filter((conflict) => known.has(conflict.other))
    .map(({ other, what, said, saidThere }) => {
      const clause = known.get(other)
      const matter = say(`${what}不同`, matters[what] ?? what)
      return make(
        "li",
        {},
        make(
          "span",
          { class: "kb-related__title" },
          make("span", { lang: langOf(matter) }, matter),
          say("：这里 ", ": here "),
          make("strong", { lang: langOf(said) }, said),
          say("，那里 ", ", there "),
          make("strong", { lang: langOf(saidThere) }, saidThere),
          " · ",
          titleOf(clause.document),
        ),
        clauseLink(clause, []),
      )
    })
  return items.length ? section(say("与其他文件不一致", "Other documents differ"), make("ul", { class: "kb-related" }, ...items)) : undefined
}

async function panelOf(doc, anchor, fields, id) {
  const parts = []
  if (fields.gloss_en) parts.push(section(say("英文释义", "Gloss"), make("p", { lang: "en" }, fields.gloss_en)))
  parts.push(
    section(
      say("出处", "Sources"),
      make("ul", { class: "kb-sources" }, ...(fields.sources ?? []).map((span) => make("li", {}, make("code", {}, span)))),
      make("p", { class: "kb-note" }, say("文件名[起:止]，以字符计。", "file[start:end], in characters.")),
    ),
  )
  try {
    const differing = await conflictSection(`${doc.id}#${anchor}`, doc.matters)
    if (differing) parts.unshift(differing)
    const [related, all] = await Promise.all([data("assets/kb/related.json"), load()])
    const known = new Map(all.map((clause) => [clause.id, clause]))
    const others = (related[`${doc.id}#${anchor}`] ?? []).map((other) => known.get(other)).filter(Boolean)
    if (others.length) {
      const items = others.map((clause) =>
        make("li", {}, make("span", { class: "kb-related__title" }, titleOf(clause.document)), clauseLink(clause, [])),
      )
      parts.push(section(say("其他文件里的相关条款", "Related clauses elsewhere"), make("ul", { class: "kb-related" }, ...items)))
    }
  } catch {
    parts.push(make("p", { class: "kb-note" }, say("相关条款没有取到。", "Related clauses could not be loaded.")))
  }
  const buttons = make(
    "div",
    { class: "kb-actions" },
    copyButton(say("复制链接", "Copy link"), () => linkTo(anchor)),
    copyButton(say("复制编号", "Copy id"), () => `${doc.id}#${anchor}`),
  )
  return make("div", { class: "kb-panel", id, lang: language, role: "group", "aria-label": say(`条款 ${anchor}`, `Clause ${anchor}`) }, buttons, ...parts)
}

/** Puts a panel where the clause's kind of element allows a block. */
function place(element, panel) {
  if (element.tagName === "TD") {
    const row = element.closest("tr")
    row.after(make("tr", { class: "kb-panel-row" }, make("td", { colspan: String(row.cells.length) }, panel)))
  } else if (element.tagName === "LI") {
    const words = wordsOf(element)
    if (words === element) append(element, panel)
    else words.after(panel)
  } else element.after(panel)
}

function toolsOf(doc, anchor, fields, element) {
  const id = `kb-panel-${anchor}`
  const more = make(
    "button",
    { type: "button", class: "kb-tool", "data-clause": anchor, "aria-expanded": "false", "aria-label": say(`出处与相关条款 ${anchor}`, `Sources and related clauses ${anchor}`) },
    say("出处", "Sources"),
  )
  more.addEventListener("click", async () => {
    const open = document.getElementById(id)
    if (open) {
      ;(open.closest(".kb-panel-row") ?? open).remove()
      more.setAttribute("aria-expanded", "false")
      return
    }
    more.setAttribute("aria-expanded", "true")
    more.setAttribute("aria-controls", id)
    const panel = await panelOf(doc, anchor, fields, id)
    if (more.getAttribute("aria-expanded") === "true" && !document.getElementById(id)) place(element, panel)
  })
  return make(
    "span",
    { class: "kb-tools", lang: language },
    make("a", { class: "kb-id", href: `#${anchor}`, title: say("这一条的链接", "Link to this clause"), "aria-label": say(`条款链接 ${anchor}`, `Link to clause ${anchor}`) }, anchor),
    make("span", { class: "kb-tools__buttons" }, citeButton(doc, anchor), more),
  )
}

function setUpGlosses(doc) {
  const button = document.getElementById("kb-gloss-toggle")
  let glosses
  const show = (on) => {
    glosses ??= Object.entries(doc.clauses).flatMap(([anchor, fields]) => {
      const element = document.getElementById(anchor)
      if (!element || !fields.gloss_en) return []
      const gloss = make("span", { class: "kb-gloss", lang: "en" }, fields.gloss_en)
      append(element, gloss)
      return [gloss]
    })
    for (const gloss of glosses) gloss.hidden = !on
    button.setAttribute("aria-pressed", String(on))
  }
  button.hidden = false
  button.addEventListener("click", () => show(button.getAttribute("aria-pressed") !== "true"))
  if (language === "en") show(true)
}

/** Marks the clauses that other documents contradict; the mark opens the clause's panel. */
async function markConflicts(doc) {
  const differing = await conflicts()
  for (const anchor of Object.keys(doc.clauses)) {
    const more = document.getElementById(anchor)?.querySelector(`.kb-tools [data-clause="${CSS.escape(anchor)}"]`)
    if (!more || !differing.has(`${doc.id}#${anchor}`)) continue
    const label = say(`其他文件的规定不同 ${anchor}`, `Other documents differ from ${anchor}`)
    const mark = make("button", { type: "button", class: "kb-differ", title: label, "aria-label": label, click: () => more.click() }, "≠")
    more.closest(".kb-tools").querySelector(".kb-id").after(mark)
  }
}

/** Sets up a document page; other pages have none of this. */
export function setUpDocument() {
  const source = document.getElementById("kb-document")
  if (!source) return
  const doc = JSON.parse(source.textContent)
  for (const [anchor, fields] of Object.entries(doc.clauses)) {
    const element = document.getElementById(anchor)
    if (!element) continue
    element.classList.add("kb-clause")
    element.querySelector(":scope > .headerlink")?.remove()
    append(element, " ")
    append(element, toolsOf(doc, anchor, fields, element))
  }
  // The page format prints the English summary as the second paragraph of the summary.
  document.querySelector(".kb-meta ~ blockquote > p + p")?.setAttribute("lang", "en")
  setUpGlosses(doc)
  markConflicts(doc).catch(() => {})
  const print = document.getElementById("kb-print")
  print.hidden = false
  print.addEventListener("click", () => window.print())
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView()
}

