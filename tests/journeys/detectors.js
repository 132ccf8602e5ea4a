/* What no page may show, whatever it is about: read by looking.py and evaluated in the page. No library, no state. */
(() => {
  const known = new Map()

  /** What is asked of an element and those around it, once each. */
  function around(box) {
    if (!box || box === document.documentElement) return { boxes: [], scrolling: [], inBar: false, unseen: false }
    if (known.has(box)) return known.get(box)
    const { overflowX, overflowY, position } = getComputedStyle(box)
    const [across, down] = [overflowX, overflowY].map((how) => how === 'hidden' || how === 'clip')
    const edge = box.getBoundingClientRect()
    const outer = around(box.parentElement)
    const own = across || down ? [{ edge, across, down }] : []
    const scrolls = [overflowX, overflowY].some((how) => how === 'auto' || how === 'scroll')
    const found = {
      // The boxes that show only part of what is in them, without a way to see the rest.
      boxes: position === 'fixed' ? own : [...own, ...outer.boxes],
      // Those in which the rest is found by scrolling.
      scrolling: scrolls ? [...outer.scrolling, edge] : outer.scrolling,
      inBar: outer.inBar || position === 'fixed' || position === 'sticky',
      // Only read aloud, whatever its class is called.
      unseen: outer.unseen || (own.length > 0 && (edge.width < 2 || edge.height < 2)),
    }
    known.set(box, found)
    return found
  }

  const hidden = (box) => !box.checkVisibility() || box.closest('.only-read-aloud, .skip, [inert]')

  /** Every piece of text that somebody sees, with the rectangles of its lines. */
  function texts() {
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    const range = document.createRange()
    const found = []
    while (walker.nextNode()) {
      const node = walker.currentNode
      const box = node.parentElement
      if (!node.textContent.trim() || !box || box.closest('style, script, noscript, option') || hidden(box)) continue
      range.selectNodeContents(node)
      const lines = [...range.getClientRects()].filter(({ width, height }) => width > 0.5 && height > 0.5)
      const { boxes, scrolling, inBar, unseen } = around(box)
      if (!lines.length || unseen) continue
      const [style, said] = [getComputedStyle(box), node.textContent.trim().slice(0, 60)]
      found.push({ node, box, lines, boxes, scrolling, inBar, style, said })
    }
    return found
  }

  /** Text that is cut by a box around it, or ends in dots. */
  function cut(all = texts()) {
    const found = new Set()
    for (const { box, lines, boxes, style, said } of all) {
      const isCut = lines.some((line) =>
        boxes.some(
          ({ edge, across, down }) =>
            (across && (line.left < edge.left - 1 || line.right > edge.right + 1)) ||
            // Letters are lower than the line they stand in.
            (down && (line.top + line.height * 0.2 < edge.top - 1 || line.bottom - line.height * 0.2 > edge.bottom + 1)),
        ),
      )
      if (isCut || (style.textOverflow === 'ellipsis' && box.scrollWidth > box.clientWidth)) found.add(said)
    }
    return [...found]
  }

  /** Texts of different elements of which one lies on the other. */
  function overlapping(all = texts()) {
    const lines = []
    for (const { node, lines: rows, scrolling, inBar, said } of all) {
      for (const row of rows) {
        const [across, down] = [row.left + row.width / 2, row.top + row.height / 2]
        const isAway = ({ left, right, top, bottom }) => across < left || across > right || down < top || down > bottom
        if (scrolling.some(isAway)) continue
        // The middle of the letters: boxes of neighbouring lines touch without anything being covered.
        const [top, bottom] = [row.top + row.height * 0.25, row.bottom - row.height * 0.25]
        lines.push({ node, said, inBar, left: row.left + 1, right: row.right - 1, top, bottom })
      }
    }
    lines.sort((one, other) => one.top - other.top)
    const found = new Set()
    lines.forEach((one, at) => {
      for (let next = at + 1; next < lines.length && lines[next].top < one.bottom; next += 1) {
        const other = lines[next]
        // A bar that stays lies on what moves below it.
        if (other.node === one.node || one.inBar !== other.inBar || other.left >= one.right || one.left >= other.right) continue
        found.add(`${one.said} × ${other.said}`)
      }
    })
    return [...found]
  }

  const nameOf = (target) => (target.textContent.trim() || target.getAttribute('aria-label') || target.outerHTML).slice(0, 60)

  /** Letters below a size in points. */
  function smallLetters(least, all = texts()) {
    const found = new Set()
    for (const { style, said } of all) {
      const size = parseFloat(style.fontSize)
      if (size < least) found.add(`${size}: ${said}`)
    }
    return [...found]
  }

  /** Lines that stand closer than so many times their letters. */
  function closeLines(least, all = texts()) {
    const found = new Set()
    for (const { style: { lineHeight, fontSize }, said } of all) {
      const times = parseFloat(lineHeight) / parseFloat(fontSize)
      if (!(times >= least - 0.001)) found.add(`${times.toFixed(2)}: ${said}`)
    }
    return [...found]
  }

  /** A sentence that is read, not a line of facts in a list: 餐饮 · 筠连镇. */
  const isRunning = (text) => text.length >= 15 && /[。！？]|[a-z]{2}[.!?]( |$)/.test(text)

  /** Paragraphs of running text below each other that are less than so many lines apart. */
  function closeParagraphs(least) {
    const found = new Set()
    for (const after of document.querySelectorAll('p + p')) {
      const before = after.previousElementSibling
      if (hidden(after) || hidden(before) || ![before, after].every((box) => isRunning(box.textContent.trim()))) continue
      const [above, below] = [before.getBoundingClientRect(), after.getBoundingClientRect()]
      if (below.top < above.bottom - 1 || below.left >= above.right || above.left >= below.right) continue
      const gap = (below.top - above.bottom) / parseFloat(getComputedStyle(after).lineHeight)
      if (!(gap >= least - 0.02)) found.add(`${gap.toFixed(2)}: ${nameOf(before)} / ${nameOf(after)}`)
    }
    return [...found]
  }

  /** Things to press that are narrower or lower than so many points. */
  function smallTargets(least) {
    return [...document.querySelectorAll('a[href], button, select, textarea, summary, input:not([type=file])')]
      .filter((target) => target.checkVisibility() && !target.closest('.only-read-aloud, p, dd, .skip'))
      .map((target) => {
        // A box to tick is pressed by its whole line.
        const box = (target.closest('label') ?? target).getBoundingClientRect()
        return [Math.round(box.width), Math.round(box.height), target.outerHTML.slice(0, 120)]
      })
      .filter(([width, height]) => width > 0 && (width < least || height < least))
  }

  /** How much wider than the screen the page is, and what sticks out. */
  function sideways() {
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide <= 0) return []
    const out = [...document.querySelectorAll('body *')].filter(
      (box) => box.checkVisibility() && box.getBoundingClientRect().right > innerWidth + 1,
    )
    return [wide, ...out.slice(-3).map((box) => box.outerHTML.slice(0, 160))]
  }

  const SAID = ['aria-label', 'placeholder', 'title', 'alt', 'aria-description']

  /** Everything the page says, seen or read aloud, each with the language it is marked with; not what is marked as no word. */
  function words() {
    const said = []
    const add = (box, text) => {
      if (!text.trim() || !box.checkVisibility() || box.closest('[translate=no], style, script, noscript')) return
      said.push([box.closest('[lang]').lang.slice(0, 2), text.trim()])
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) add(walker.currentNode.parentElement, walker.currentNode.textContent)
    for (const box of document.querySelectorAll('body *')) {
      for (const name of SAID) if (box.hasAttribute(name)) add(box, box.getAttribute(name))
    }
    said.push([document.documentElement.lang.slice(0, 2), document.title])
    return said
  }

  /** Everything at once, as somebody sees it who may be one of the elders. */
  function seen(elder) {
    const all = texts()
    const found = { cut: cut(all), overlapping: overlapping(all) }
    if (elder) {
      found.letters = smallLetters(18, all)
      found.targets = smallTargets(60)
      found.lines = closeLines(1.3, all)
      found.paragraphs = closeParagraphs(1.3)
    }
    return found
  }

  return { seen, cut, overlapping, smallLetters, closeLines, closeParagraphs, smallTargets, sideways, words }
})()
