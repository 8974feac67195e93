// Small things that the other modules share.

const config = JSON.parse(document.getElementById("__config").textContent)

/** The site's root, with a slash at its end. */
export const root = new URL(`${config.base}/`, location.href)

/** "en" where the reader switched English on, else "zh". */
export const language = document.documentElement.dataset.kbLang === "en" ? "en" : "zh"

/** Returns the words of the reader's language. */
export const say = (zh, en) => (language === "en" ? en : zh)

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

let served

/** Whether `kb serve` serves this site: it marks each of its answers with a request id, a static host does not. */
export function isServed() {
  served ??= fetch(root, { method: "HEAD" }).then(
    (response) => response.headers.has("x-request-id"),
    () => false,
  )
  return served
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
  if (!(await isServed())) return undefined
  const response = await fetch(new URL(`api/v1/${path}`, root), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  })
  const isJson = (response.headers.get("content-type") ?? "").includes("json")
  if ([404, 405, 501].includes(response.status) && !isJson) return undefined
  const answer = isJson ? await response.json() : undefined
  if (!response.ok) throw new Refused(response.status, answer)
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

/** Shows the switch between Chinese and English. */
export function setUpLanguage() {
  const button = document.getElementById("kb-language")
  if (!button) return
  button.hidden = false
  button.textContent = say("EN", "中")
  button.lang = say("en", "zh")
  button.setAttribute("aria-label", say("Show English titles and glosses", "换回中文界面"))
  button.addEventListener("click", () => {
    localStorage.setItem("kb-lang", say("en", "zh"))
    location.reload()
  })
}
