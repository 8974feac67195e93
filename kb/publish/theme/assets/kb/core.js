// Small things that the other modules share.

const config = JSON.parse(document.getElementById("__config").textContent)

/** The site's root, with a slash at its end. */
export const root = new URL(`${config.base}/`, location.href)

/** "en" where the reader switched English on, else "zh". */
export const language = document.documentElement.dataset.kbLang === "en" ? "en" : "zh"

/** Returns the words of the reader's language. */
export const say = (zh, en) => (language === "en" ? en : zh)

/** Returns the language that text is in, as an attribute: clauses stay Chinese on an English page. */
export const langOf = (text) => (/[\u3400-\u9fff]/.test(text) ? "zh" : "en")

/** Makes an element. `attributes` are set as attributes, functions as listeners; children are elements or plain text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value)
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value)
  }
  element.append(...children.filter((child) => child !== undefined && child !== ""))
  return element
}

/** Returns the address of a page given relative to the site's root; anything that leads elsewhere becomes the root. */
export function address(path) {
  const url = new URL(path, root)
  return url.origin === root.origin && url.pathname.startsWith(root.pathname) ? url.href : root.href
}

const loaded = new Map()

/** Fetches a JSON file of the site once. */
export function data(path) {
  if (!loaded.has(path)) {
    const request = fetch(new URL(path, root)).then((response) => {
      if (!response.ok) throw new Error(`${path}: ${response.status}`)
      return response.json()
    })
    request.catch(() => loaded.delete(path))
    loaded.set(path, request)
  }
  return loaded.get(path)
}

/**
 * Returns the address of the API, or undefined on a static copy. The file says which: it is built with an empty address, and
 * `kb serve` answers with its own in its place, so nothing that is missing is asked for.
 */
async function api() {
  const found = await data("assets/kb/server.json").catch(() => undefined)
  return typeof found?.api === "string" && found.api ? new URL(found.api, root) : undefined
}

/** An error that the server explained. */
export class Refused extends Error {
  constructor(status, body) {
    super(body?.message ?? `HTTP ${status}`)
    this.status = status
    this.hint = body?.hint ?? ""
  }
}

/** Posts to the API; returns what it answers, or undefined where there is no API. */
export async function post(path, body, signal) {
  const base = await api()
  if (!base) return undefined
  const response = await fetch(new URL(path, base), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  })
  const isJson = (response.headers.get("content-type") ?? "").includes("json")
  const answer = isJson ? await response.json() : undefined
  if (!response.ok || !answer) throw new Refused(response.status, answer)
  return answer
}

/** Copies text, also where the page has no right to the clipboard (plain http). */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    const area = make("textarea", { readonly: true, style: "position:fixed;opacity:0" })
    area.value = text
    document.body.append(area)
    area.select()
    document.execCommand("copy")
    area.remove()
  }
}

/** A button that copies what `text` returns and says so. */
export function copyButton(label, text, attributes = {}) {
  const button = make("button", { type: "button", class: "kb-button", ...attributes }, label)
  button.addEventListener("click", async () => {
    await copy(text())
    button.textContent = say("已复制", "Copied")
    setTimeout(() => (button.textContent = label), 1500)
  })
  return button
}

/** Lets the arrow keys move between the links in `list`; up from the first one goes back to `input`. */
export function moveWithArrows(input, list) {
  const step = (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return
    const links = [...list.querySelectorAll("a[href]")].filter((link) => link.offsetParent !== null)
    if (!links.length) return
    const at = links.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)
    if (document.activeElement === input && event.key === "ArrowUp") return
    event.preventDefault()
    if (at < 0) input.focus()
    else links[Math.min(at, links.length - 1)].focus()
  }
  input.addEventListener("keydown", step)
  list.addEventListener("keydown", step)
}

// What the theme itself says; it knows one language.
const THEIRS = {
  "换成深色": "Switch to dark",
  "换成浅色": "Switch to light",
  "本节链接": "Link to this section",
  "各文件不一致": "Documents differ",
}

/** Makes the switch between Chinese and English work, and says in English what no page can say in both. */
export function setUpLanguage() {
  document.getElementById("kb-language")?.addEventListener("click", () => {
    localStorage.setItem("kb-lang", say("en", "zh"))
    location.reload()
  })
  if (language === "zh") return
  const title = document.querySelector(".kb-title-en, h1 .kb-en")?.textContent
  if (title) document.title = title
  const skip = document.querySelector(".md-skip")
  if (skip) skip.textContent = "Skip to the text"
  for (const element of document.querySelectorAll("[title], [aria-label]")) {
    for (const name of ["title", "aria-label"]) {
      const english = THEIRS[element.getAttribute(name)]
      if (english) element.setAttribute(name, english)
    }
  }
}
