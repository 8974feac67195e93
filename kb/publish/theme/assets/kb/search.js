// The search over all clauses: words as they stand first, then what shares the most pairs of characters.
import { data } from "./core.js"

const WIDTHS = /[\uff01-\uff5e\u3000]/g
const WEIGHTS = { background: 0.5 }
let clauses

/** Returns text as it is compared: lower case, full-width letters and digits narrow. No character moves. */
export function fold(text) {
  const narrow = text.replace(WIDTHS, (c) => (c === "\u3000" ? " " : String.fromCharCode(c.charCodeAt(0) - 0xfee0)))
  const low = narrow.toLowerCase()
  return low.length === text.length ? low : narrow
}

/** Loads the clauses; later calls cost nothing. */
export async function load() {
  if (clauses) return clauses
  const { documents } = await data("assets/kb/clauses.json")
  clauses = documents.flatMap((doc, order) =>
    doc.clauses.map(([anchor, number, path, text, gloss, ask, heading]) => ({
      id: `${doc.id}#${anchor}`,
      url: `${doc.url}#${anchor}`,
      document: doc,
      order,
      anchor,
      number,
      path,
      text,
      gloss,
      heading: Boolean(heading),
      said: fold(text),
      around: fold(`${doc.title} ${doc.title_en} ${path} ${number} ${doc.id}#${anchor}`),
      besides: fold(`${ask} ${gloss}`),
    })),
  )
  return clauses
}

/** Returns the words of a question that must stand in a clause, folded. */
export function termsOf(question) {
  return fold(question).split(/\s+/).filter(Boolean)
}

// Words that ask without saying what about; between them stands what the rules can be searched for.
const ASKING = /怎么办|怎么样|怎么|怎样|如何|什么时候|什么|为什么|多少|多久|多快|几点|几天|几次|哪些|哪个|谁|是不是|能不能|可不可以|可以|会不会|要不要|有没有|请问|我们|我|吗|呢|吧|啊|的|了|会|要|被/g

/** Returns the pairs of characters (and words of letters and digits) that a question is compared by. */
function pairsOf(text) {
  const pairs = new Set()
  for (const run of text.replace(ASKING, " ").split(/[\s\p{P}]+/u)) {
    for (const word of run.match(/[a-z0-9]+|[^a-z0-9]+/g) ?? []) {
      if (/^[a-z0-9]/.test(word) || word.length < 2) pairs.add(word)
      else for (let at = 0; at < word.length - 1; at++) pairs.add(word.slice(at, at + 2))
    }
  }
  return [...pairs]
}

/**
 * Finds clauses.
 * @returns {{exact: Array, near: Array}} Documents whose clauses hold the words, best first, as {document, clauses};
 *   and clauses that only come close, best first.
 */
export function find(question, all = clauses) {
  const whole = fold(question.trim())
  const terms = termsOf(question)
  if (!terms.length) return { exact: [], near: [] }
  const groups = new Map()
  for (const clause of all) {
    const score = scoreOf(clause, whole, terms)
    if (!score) continue
    const group = groups.get(clause.document) ?? { document: clause.document, clauses: [], score: 0 }
    group.clauses.push({ ...clause, score })
    groups.set(clause.document, group)
  }
  const exact = [...groups.values()]
  for (const group of exact) {
    group.clauses.sort((a, b) => b.score - a.score)
    const best = group.clauses[0].score
    // What holds the words in a clause stands before what holds them in a title or a gloss, whatever else is true.
    const tier = Math.floor(best)
    group.score = tier + ((best - tier) * 0.7 + Math.min(group.clauses.length, 10) * 0.02) * (WEIGHTS[group.document.kind] ?? 1)
  }
  exact.sort((a, b) => b.score - a.score || a.document.id.localeCompare(b.document.id))
  return { exact, near: exact.length > 4 ? [] : nearest(whole, all, new Set(exact.map((group) => group.document))) }
}

/** 4 to 5: the whole words in the clause; 3: all terms in it; 2: with its headings; 1: with its gloss and questions. */
function scoreOf(clause, whole, terms) {
  if (clause.said.includes(whole)) return 4 + 0.99 * Math.min(1, (whole.length / clause.said.length) * 2 + (clause.heading ? 0.3 : 0.1)) * 0.9
  const share = Math.min(0.9, whole.length / (clause.said.length + whole.length))
  if (terms.length > 1 && terms.every((term) => clause.said.includes(term))) return 3 + share
  if (terms.every((term) => clause.said.includes(term) || clause.around.includes(term))) return 2 + share
  if (terms.every((term) => clause.said.includes(term) || clause.around.includes(term) || clause.besides.includes(term))) return 1 + share
  return 0
}

function nearest(whole, all, seen) {
  const pairs = pairsOf(whole)
  const spread = pairs.map((pair) => all.reduce((count, clause) => count + (clause.said.includes(pair) || clause.besides.includes(pair)), 0))
  const weights = spread.map((count) => (count ? Math.log(1 + all.length / count) : 0))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  if (!total) return []
  const found = []
  for (const clause of all) {
    if (seen.has(clause.document)) continue
    let score = 0
    pairs.forEach((pair, at) => {
      if (clause.said.includes(pair)) score += weights[at]
      else if (clause.besides.includes(pair)) score += 0.8 * weights[at]
      else if (clause.around.includes(pair)) score += 0.5 * weights[at]
    })
    const weight = (WEIGHTS[clause.document.kind] ?? 1) * (clause.heading ? 0.9 : 1)
    if (score >= 0.34 * total) found.push({ ...clause, score: (score / total) * weight })
  }
  return found.sort((a, b) => b.score - a.score || a.order - b.order).slice(0, 12)
}
