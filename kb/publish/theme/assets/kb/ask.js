// The Ask page: question in, answer with citations out; the built-in search where there is no server.
import { address, copyButton, langOf, language, make, moveWithArrows, post, say } from "./core.js"
import { load } from "./search.js"
import { showResults } from "./search_box.js"

const MARK = /\[(\d+)\]/g
const LINE_OF_DOCUMENT = /^《(.+?)》([\s\S]*?) ?\[(\d+)\]$/

/** Returns English titles by document id where the reader wants them; the API has the documents' own. */
async function englishTitles() {
  if (language !== "en") return new Map()
  const all = await load().catch(() => [])
  return new Map(all.map(({ document }) => [document.id, document.title_en]))
}

const byNumber = (citations) => new Map(citations.map((citation) => [citation.n, citation]))

/** Returns a line of the answer; its `[n]` marks become links to their clauses. */
function withMarks(line, cited, titleOf) {
  const parts = []
  let at = 0
  for (const match of line.matchAll(MARK)) {
    const citation = cited.get(Number(match[1]))
    if (!citation) continue
    parts.push(line.slice(at, match.index), markOf(citation, titleOf(citation)))
    at = match.index + match[0].length
  }
  return [...parts, line.slice(at)]
}

function markOf(citation, title) {
  const label = say(`出处 ${citation.n}：${title}`, `Source ${citation.n}: ${title}`)
  return make("a", { class: "kb-mark", lang: language, href: address(citation.url), "aria-label": label, title: label }, String(citation.n))
}

/** Returns the answer's words: a table where it goes document by document, else its lines. */
function answerBody(text, cited, titleOf) {
  const lines = text.split("\n").filter(Boolean)
  const rows = lines.slice(1).map((line) => LINE_OF_DOCUMENT.exec(line))
  if (rows.length > 1 && rows.every((row) => row && cited.has(Number(row[3])))) {
    const body = rows.map(([, , said, n]) => {
      const citation = cited.get(Number(n))
      const title = titleOf(citation)
      return make("tr", {}, make("th", { scope: "row", lang: langOf(title) }, title), make("td", { lang: langOf(said) }, said, glossOf(citation, language === "en" && !said.includes(citation.gloss_en))), make("td", {}, markOf(citation, title)))
    })
    const head = [say("文件", "Document"), say("规定", "Rule"), say("出处", "Source")].map((name) => make("th", { scope: "col" }, name))
    return [
      make("p", { lang: langOf(lines[0]) }, lines[0]),
      make("div", { class: "kb-scroll", tabindex: "0", role: "region", "aria-label": say("各份文件的规定", "What each document says") }, make("table", { class: "kb-answer__table" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body))),
    ]
  }
  return lines.map((line) => make("p", { lang: langOf(line) }, ...withMarks(line, cited, titleOf)))
}

function glossOf(citation, wanted) {
  return wanted && citation.gloss_en ? make("span", { class: "kb-gloss", lang: "en" }, citation.gloss_en) : undefined
}

function citationCard(citation, title, withGloss) {
  const place = citation.heading_path.join(" › ")
  const sources = (citation.sources ?? []).map((span) => `${span.file}[${span.start}:${span.end}]`).join("；")
  const said = citation.quote || citation.text
  return make(
    "li",
    { class: "kb-citation", value: String(citation.n) },
    make("a", { class: "kb-citation__title", href: address(citation.url) }, make("span", { lang: langOf(title) }, say(`《${title}》`, title)), place ? make("span", { lang: langOf(place) }, ` ${place}`) : ""),
    make("blockquote", { lang: langOf(said) }, said),
    glossOf(citation, withGloss),
    make("p", { class: "kb-note", lang: "zh" }, citation.number ? `${citation.number} · ` : "", make("code", {}, citation.clause_id), sources ? ` · ${sources}` : ""),
  )
}

function show(answer, titles) {
  const titleOf = (citation) => titles.get(citation.document_id) || citation.document_title
  const citations = (title, list) => [
    make("h2", { class: "kb-label" }, title),
    make("ol", { class: "kb-citations" }, ...list.map((citation) => citationCard(citation, titleOf(citation), withGloss))),
  ]
  const answered = answer.status === "answered"
  const cited = byNumber(answer.citations)
  const withGloss = language === "en" || !/[\u3400-\u9fff]/.test(answer.question)
  const box = make("section", { class: `kb-answer kb-answer--${answered ? "answered" : "abstained"}`, "aria-label": say("答案", "Answer") })
  box.append(make("p", { class: "kb-label" }, answered ? say("答案", "Answer") : say("规则里没有", "Not in the rules")), ...answerBody(answer.answer, cited, titleOf))
  if (answered) return [box, feedback(answer, say("没有答到？", "Not what you asked?"), say("告诉管规则的人", "Tell whoever keeps the rules")), ...citations(say("出处", "Sources"), answer.citations)]
  box.append(feedback(answer, say("该有规则却没有？", "Should there be a rule?"), say("报告这个缺口", "Report this gap")))
  return [box, ...(answer.nearest?.length ? citations(say("最接近的条款（并不回答问题）", "Nearest rules (they do not answer)"), answer.nearest) : [])]
}

/** Returns a question that was not answered well as text that can be sent to whoever keeps the rules. */
function gapText(answer) {
  const near = answer.citations?.length ? answer.citations : (answer.nearest ?? [])
  return [
    say("规则知识库没有回答好这个问题：", "The rules do not answer this question well:"),
    answer.question,
    ...near.map((one) => `- ${one.clause_id} ${one.document_title}`),
    answer.index ? `index ${answer.index.id}` : "",
  ]
    .filter(Boolean)
    .join("\n")
}

/** A way to report a question that was not answered well: sent where the server keeps such questions, else to be copied. */
function feedback(answer, question, label) {
  const status = make("span", { class: "kb-feedback__status", role: "status", tabindex: "-1" })
  const button = make("button", { type: "button", class: "kb-button" }, label)
  const box = make("p", { class: "kb-feedback" }, `${question} `, button, status)
  const copyInstead = (why) => {
    const copying = copyButton(say("复制问题和条款", "Copy question and rules"), () => gapText(answer))
    button.replaceWith(copying)
    copying.focus()
    status.textContent = why
  }
  button.addEventListener("click", async () => {
    button.disabled = true
    try {
      const told = await post("feedback", { question: answer.question, helpful: false })
      if (told?.kept) {
        status.textContent = say("已报告：问题已记下，管规则的人会看到。", "Reported: the question is kept for whoever writes the rules.")
        status.focus()
        button.remove()
      } else copyInstead(say("这台服务器不保存问题。请复制下来，发给管规则的人。", "This server keeps no questions. Copy it and send it to whoever keeps the rules."))
    } catch (error) {
      copyInstead(say(`没有送到（${error.message}）。请复制下来，发给管规则的人。`, `It was not sent (${error.message}). Copy it and send it to whoever keeps the rules.`))
    }
  })
  return box
}

async function searchInstead(question, output, live, why) {
  const status = make("p", { class: "kb-note" })
  const list = make("ol", { class: "kb-results__list kb-results__list--page" })
  output.replaceChildren(make("p", { class: "kb-answer kb-answer--notice" }, why), status, list)
  await showResults(question, list, status, { most: 20 })
  live.textContent = status.textContent
  const copying = copyButton(say("复制这个问题", "Copy this question"), () => gapText({ question }))
  output.append(make("p", { class: "kb-feedback" }, say("没有要找的规则？发给管规则的人： ", "Not the rule you need? Send it to whoever keeps the rules: "), copying))
}

/** Sets up the Ask page; other pages have none of this. */
export function setUpAsk() {
  const form = document.getElementById("kb-ask")
  if (!form) return
  const input = form.querySelector("input")
  const output = document.getElementById("kb-answer")
  const live = document.getElementById("kb-live")
  output.lang = language
  let running
  const ask = async (question) => {
    running?.abort()
    running = new AbortController()
    const { signal } = running
    output.setAttribute("aria-busy", "true")
    live.textContent = say("正在查规则…", "Looking it up…")
    try {
      const answer = await post("ask", { question }, signal)
      if (signal.aborted) return
      if (answer) {
        const titles = await englishTitles()
        if (signal.aborted) return
        output.replaceChildren(...show(answer, titles))
        const count = answer.status === "answered" ? answer.citations.length : 0
        live.textContent = count ? say(`已回答，${count} 条出处`, `Answered, ${count} sources`) : say("规则里没有", "Not in the rules")
      } else {
        await searchInstead(question, output, live, say("这里是静态网站，没有问答服务。下面是站内搜索的结果。", "This is a static copy without the answering service. These are results of the built-in search."))
      }
    } catch (error) {
      if (error.name === "AbortError") return
      const why = [say("问答服务没有给出答案：", "The service gave no answer: "), error.message, error.hint ?? "", say("下面是站内搜索的结果。", "These are results of the built-in search.")]
      await searchInstead(question, output, live, why.filter(Boolean).join(" "))
    } finally {
      if (!signal.aborted) output.removeAttribute("aria-busy")
    }
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    const question = input.value.trim()
    if (!question) return
    const url = new URL(location.href)
    url.searchParams.set("q", question)
    if (url.href !== location.href) history.pushState({}, "", url)
    ask(question)
  })
  const fromAddress = () => {
    const question = new URL(location.href).searchParams.get("q")?.trim() ?? ""
    input.value = question
    if (question) ask(question)
    else output.replaceChildren()
  }
  window.addEventListener("popstate", fromAddress)
  moveWithArrows(input, output)
  fromAddress()
  input.focus()
}
