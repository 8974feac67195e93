// What every page runs. Plain modules, no library; whatever a page, a clause or the server says is set as text.
import { setUpAsk } from "./ask.js"
import { setUpLanguage } from "./core.js"
import { setUpDocument } from "./document.js"
import { setUpSearch } from "./search_box.js"

setUpLanguage()
setUpSearch()
setUpDocument()
setUpAsk()
performance.mark("kb-ready")
document.documentElement.dataset.kbReady = ""
