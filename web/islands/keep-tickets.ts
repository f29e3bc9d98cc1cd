/** Has the pages of one's tickets kept for when there is no network. */

const SCRIPT = '/tickets/offline.js'

export function keepTickets(): void {
  if (!('serviceWorker' in navigator)) return
  const { serviceWorker } = navigator
  const keepThis = () => {
    // This page came before there was anybody to keep it.
    const pictures = [...document.querySelectorAll<HTMLImageElement>('img.stub-qr')]
    const sheets = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')]
    const addresses = [
      location.pathname,
      ...pictures.map((picture) => picture.src),
      ...sheets.map((sheet) => sheet.href),
    ]
    void serviceWorker.ready.then(({ active }) => active?.postMessage(addresses))
  }
  serviceWorker
    .register(SCRIPT, { scope: '/tickets' })
    .then(keepThis)
    .catch(() => {
      // Without it the pages need a network, as others do.
    })
}
