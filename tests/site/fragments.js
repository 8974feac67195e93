// Types each fragment into the search box of the page and reports, once results stand there, what they are.
async (fragments) => {
  const input = document.querySelector("form.kb-box:has(.kb-results) input")
  const list = input.form.querySelector(".kb-results__list")
  const found = []
  for (const fragment of fragments) {
    const began = performance.now()
    await new Promise((resolve) => {
      const observer = new MutationObserver(() => {
        observer.disconnect()
        resolve()
      })
      observer.observe(list, { childList: true })
      input.value = fragment
      input.dispatchEvent(new InputEvent("input", { bubbles: true }))
    })
    const ms = performance.now() - began
    const groups = [...list.querySelectorAll(":scope > .kb-group > .kb-group__title")]
    found.push({ fragment, ms, pages: groups.map((link) => link.getAttribute("href")) })
  }
  return found
}
