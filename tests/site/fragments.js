// Types each fragment into the search box of the page and reports what stands there: at once, or, settled, after the server
// had its say. The time is that to the first results.
async ([fragments, settled]) => {
  const input = document.querySelector("form.kb-box:has(.kb-results) input")
  const list = input.form.querySelector(".kb-results__list")
  const changed = (most) =>
    new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect()
        resolve()
      })
      observer.observe(list, { childList: true })
      if (most) setTimeout(resolve, most)
    })
  const found = []
  for (const fragment of fragments) {
    const began = performance.now()
    const first = changed()
    input.value = fragment
    input.dispatchEvent(new InputEvent("input", { bubbles: true }))
    await first
    const ms = performance.now() - began
    if (settled) await changed(3000)
    const groups = [...list.querySelectorAll(":scope > .kb-group > .kb-group__title")]
    found.push({ fragment, ms, pages: groups.map((link) => link.getAttribute("href")) })
  }
  return found
}
