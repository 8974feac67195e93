// How found clauses look, on every page alike.
import { address, langOf, make, say } from "./core.js"
import { fold } from "./search.js"

const AROUND = 44

/** Returns text with the terms marked, cut to what stands around the first of them. */
export function marked(text, terms, cut = true) {
  const folded = fold(text)
  const spans = []
  for (const term of terms) {
    for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + term.length)) spans.push([at, at + term.length])
  }
  spans.sort((a, b) => a[0] - b[0])
  let from = 0
  let to = text.length
  if (cut && text.length > 3 * AROUND) {
    from = spans.length ? Math.max(0, spans[0][0] - AROUND) : 0
    to = Math.min(text.length, from + 3 * AROUND)
  }
  const parts = [from > 0 ? "…" : ""]
  let at = from
  for (const [start, end] of spans) {
    if (start < at || end > to) continue
    parts.push(text.slice(at, start), make("mark", {}, text.slice(start, end)))
    at = end
  }
  parts.push(text.slice(at, to), to < text.length ? "…" : "")
  return parts.filter((part) => part !== "")
}

/** Returns one clause as a link. */
export function clauseLink(clause, terms) {
  const place = clause.path || (clause.heading ? "" : clause.number)
  return make(
    "a",
    { class: "kb-hit md-search-result__link", href: address(clause.url) },
    make("span", { class: "kb-hit__text", lang: langOf(clause.text) }, ...marked(clause.text, terms)),
    make("span", { class: "kb-hit__place", lang: langOf(place) }, place ? `${place} · ` : "", make("code", {}, clause.anchor)),
    say("", clause.gloss) && make("span", { class: "kb-hit__gloss", lang: "en" }, clause.gloss),
  )
}

/** Returns a document's title in the reader's language, where there is one. */
export function titleOf(doc, terms = []) {
  const title = say(doc.title, doc.title_en || doc.title)
  return make("span", { lang: langOf(title) }, ...marked(title, terms, false))
}

/** Returns a document with clauses found in it. */
export function documentGroup(doc, clauses, terms, most = 3) {
  const list = make("ul", {}, ...clauses.slice(0, most).map((clause) => make("li", {}, clauseLink(clause, terms))))
  if (clauses.length > most) {
    const rest = clauses.slice(most)
    const more = make("button", { type: "button", class: "kb-more-hits" }, say(`还有 ${rest.length} 条`, `${rest.length} more`))
    more.addEventListener("click", () => {
      more.parentElement.replaceWith(...rest.map((clause) => make("li", {}, clauseLink(clause, terms))))
      list.querySelectorAll("a")[most]?.focus()
    })
    list.append(make("li", {}, more))
  }
  return make(
    "li",
    { class: "kb-group md-search-result__item" },
    make("a", { class: "kb-group__title", href: address(doc.url) }, titleOf(doc, terms)),
    doc.status === "superseded" ? make("span", { class: "kb-status kb-status--superseded" }, say("已被取代", "superseded")) : undefined,
    list,
  )
}

/** Groups clauses by document, in the order of their first one. */
export function byDocument(clauses) {
  const groups = new Map()
  for (const clause of clauses) groups.set(clause.document, [...(groups.get(clause.document) ?? []), clause])
  return [...groups]
}
