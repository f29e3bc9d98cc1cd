/** Keeps an impatient finger from sending a form again, and says that it is on its way. */

/** Somebody who comes back to the page, or whose connection broke, may send it again. */
const AGAIN_AFTER_MS = 20_000

/** `<form data-island="send-once" data-busy="Paying…">` */
export function sendOnce(element: HTMLElement): void {
  const button = element.querySelector<HTMLButtonElement>('button[type="submit"]')
  if (button === null) return
  const words = button.textContent
  let isSent = false
  const free = () => {
    isSent = false
    button.removeAttribute('aria-disabled')
    button.textContent = words
  }
  element.addEventListener('submit', (event) => {
    if (isSent) {
      event.preventDefault()
      return
    }
    isSent = true
    button.setAttribute('aria-disabled', 'true')
    button.textContent = element.dataset['busy'] ?? words
    setTimeout(free, AGAIN_AFTER_MS)
  })
  addEventListener('pageshow', free)
}
