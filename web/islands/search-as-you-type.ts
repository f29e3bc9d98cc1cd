/**
 * Shows what a search finds while it is being typed. The server makes the page as for the form; what
 * it found is put in the place of what is shown, and its address into the address bar: the first
 * change is a step that "back" undoes, and what is typed after it is the same step.
 */

/** People pause longer than this between words, and shorter between letters. */
const PAUSE_MS = 250
/** An answer that takes longer than this is waited for visibly. */
const SLOW_MS = 300
/** What follows from the search, by id. Titles and chips carry the search in their links. */
const PARTS = ['chips', 'found']

/** `<form data-island="search-as-you-type">`, with `[data-search=trouble]` and `[data-search=spoken]`. */
export function searchAsYouType(element: HTMLElement): void {
  if (!(element instanceof HTMLFormElement)) return
  const form = element
  const part = (name: string) => form.querySelector<HTMLElement>(`[data-search="${name}"]`)
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: AbortController | undefined
  let isOwnStep = false

  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      void show(addressOf(form), 'step')
    }, PAUSE_MS)
  })
  form.addEventListener('submit', () => {
    clearTimeout(timer)
    running?.abort()
  })
  addEventListener('popstate', () => {
    isOwnStep = false
    void show(location.pathname + location.search, 'back')
  })

  async function show(address: string, why: 'step' | 'back'): Promise<void> {
    running?.abort()
    const request = new AbortController()
    running = request
    const slow = setTimeout(() => {
      document.getElementById('found')?.setAttribute('aria-busy', 'true')
    }, SLOW_MS)
    try {
      const page = await fetchPage(address, request.signal)
      if (why === 'step') {
        history[isOwnStep ? 'replaceState' : 'pushState'](null, '', address)
        isOwnStep = true
      } else {
        fill(form, page)
      }
      swapIn(page)
      say('')
    } catch {
      // A newer search has taken over; otherwise there is no answer, and what is shown stays.
      if (!request.signal.aborted) say('trouble')
    } finally {
      clearTimeout(slow)
      if (running === request) document.getElementById('found')?.removeAttribute('aria-busy')
    }
  }

  function say(what: 'trouble' | ''): void {
    const [trouble, spoken] = [part('trouble'), part('spoken')]
    if (trouble !== null) trouble.hidden = what === ''
    if (spoken === null) return
    spoken.textContent =
      what === ''
        ? (document.getElementById('found')?.dataset['spoken'] ?? '')
        : (trouble?.textContent ?? '')
  }
}

/** Without what is empty, so that one search has one address. */
function addressOf(form: HTMLFormElement): string {
  const query = new URLSearchParams()
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value.trim() !== '') query.append(name, value)
  }
  const text = query.toString()
  const { pathname } = new URL(form.action)
  return text === '' ? pathname : `${pathname}?${text}`
}

/** @throws When there is no page that says what was found, or what is wrong with the search. */
async function fetchPage(address: string, signal: AbortSignal): Promise<Document> {
  const answer = await fetch(address, { headers: { accept: 'text/html' }, signal })
  if (!answer.ok && answer.status !== 400) throw new Error(String(answer.status))
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  if (page.getElementById('found') === null) throw new Error('no results')
  return page
}

function swapIn(page: Document): void {
  document.title = page.title
  const [stage, next] = [document.getElementById('stage'), page.getElementById('stage')]
  if (stage !== null && next !== null) {
    stage.className = next.className
    const heading = stage.querySelector('h1')
    if (heading !== null) heading.textContent = next.querySelector('h1')?.textContent ?? ''
  }
  for (const id of PARTS) {
    const fetched = page.getElementById(id)
    const shown = document.getElementById(id)
    if (fetched === null || shown === null) continue
    // A fault is told by the status, and must not take the focus from who is typing.
    for (const eager of fetched.querySelectorAll('[autofocus]')) eager.removeAttribute('autofocus')
    const part = document.importNode(fetched, true)
    shown.replaceWith(part)
    part.dispatchEvent(new Event('islands', { bubbles: true }))
  }
}

/** After "back" the fields say what the address does. */
function fill(form: HTMLFormElement, page: Document): void {
  for (const field of form.querySelectorAll<HTMLInputElement | HTMLSelectElement>(
    'input, select',
  )) {
    const same = page.getElementById(field.id)
    if (same instanceof HTMLInputElement && field instanceof HTMLInputElement) {
      field.checked = same.checked
      if (field.type !== 'checkbox') field.value = same.value
    } else if (same instanceof HTMLSelectElement) {
      field.value = same.value
    }
  }
}
