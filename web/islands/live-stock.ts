/** Keeps what is said about the stock of an event true while its page is open. */
import { announce } from './announce.ts'
import { type LiveState, watchEvent } from './live-event.ts'
import { refreshPanel } from './refresh-panel.ts'

/** Everybody who looks hears of it in the same second. */
const SPREAD_MS = 1_500
/** While these last, there is something to tell that the panel itself does not know. */
const SAID_HERE = ['on_sale', 'sold_out']

/** See `components/live-stock.tsx` for what its element brings. */
export function liveStock(element: HTMLElement): void {
  const { event = '', sale, opens } = element.dataset
  const shown = element.querySelector<HTMLElement>('[data-live="shown"]')
  const spoken = element.querySelector<HTMLElement>('[data-live="spoken"]')
  let saidBefore = kindOf(element, sale ?? '', Number(element.dataset['left']))

  watchEvent(event, element, (state) => {
    const kind = kindOf(element, state.sale, state.remaining_tickets)
    const words = wordsFor(element, kind, state)
    if (shown !== null) {
      // Until the panel has been fetched that says in full what has changed.
      const isNews = state.sale !== sale
      shown.textContent = isNews || SAID_HERE.includes(state.sale) ? words : ''
      shown.hidden = shown.textContent === ''
      shown.classList.toggle('tag-low', kind === 'low')
    }
    showTypes(element, state)
    if (kind !== saidBefore && spoken !== null) announce(spoken, words)
    saidBefore = kind
    if (state.sale === sale && opensAt(state.on_sale_at) === opensAt(opens)) return
    void refreshPanel({
      waitMs: SPREAD_MS,
      isIt: (panel) => {
        const { sale: its, opens: itsOpening } = dataOf(panel)
        return its === state.sale && opensAt(itsOpening) === opensAt(state.on_sale_at)
      },
    })
  })
}

const dataOf = (panel: Element): DOMStringMap =>
  panel.querySelector<HTMLElement>('[data-island="live-stock"]')?.dataset ?? {}

/** The same moment may be written with and without milliseconds. */
const opensAt = (time: string | null | undefined): number => Date.parse(time ?? '') || 0

/** What is worth saying aloud when it changes: not every number. */
function kindOf({ dataset }: HTMLElement, sale: string, left: number): string {
  if (sale !== 'on_sale') return sale
  return left <= Number(dataset['few']) ? 'low' : 'many'
}

/** In the words that the element brings, by their kind. */
function wordsFor({ dataset }: HTMLElement, kind: string, state: LiveState): string {
  const { remaining_tickets: left, held_tickets: held } = state
  const number = (count: number) => count.toLocaleString(document.documentElement.lang)
  if (kind === 'sold_out' && held > 0) {
    return (dataset['wordsHeld'] ?? '').replace('{n}', number(held))
  }
  const words =
    dataset[`words${kind.replace(/(?:^|_)(.)/g, (_, first: string) => first.toUpperCase())}`]
  return (words ?? '').replace('{n}', number(left))
}

/** Beside each ticket type, where the panel lists them. */
function showTypes(element: HTMLElement, state: LiveState): void {
  const panel = element.closest('#buy')
  for (const { id, remaining_tickets: left } of state.ticket_types) {
    const note = panel?.querySelector<HTMLElement>(`[data-live-type="${id}"]`)
    if (!note) continue
    const { few = '0', wordsGone = '', wordsLow = '' } = note.dataset
    const isLow = left <= Number(few)
    note.textContent = left === 0 ? wordsGone : isLow ? wordsLow.replace('{n}', String(left)) : ''
    note.classList.toggle('type-low', left > 0 && isLow)
    const choice = note.closest('label')?.querySelector<HTMLInputElement>('input[type="radio"]')
    if (choice) choice.disabled = left === 0
  }
}
