/** The page of the bank: here a person shows that the card is theirs, or fails to. */
import type { Books, Change, Intent } from './books.ts'
import { finishAuthentication } from './finish-authentication.ts'
import { formatMoney } from '../../kernel/money.ts'
import { parseForm } from './form-body.ts'
import { createId } from './ids.ts'

const PREFIX = '/authenticate/'

export interface PageAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

interface PageDeps {
  books: Books
  commit: (change: Change) => Promise<void>
}

/** Whoever has the client secret may open it. */
export const authenticationPath = (intent: Intent): string => `${PREFIX}${intent.client_secret}`

/** @returns Undefined for a path that is not this page's. */
export async function answerAuthentication(
  { books, commit }: PageDeps,
  { method, path, body }: { method: string; path: string; body: string },
): Promise<PageAnswer | undefined> {
  if (!path.startsWith(PREFIX)) return undefined
  const secret = path.slice(PREFIX.length)
  const intent = books.intents.get(secret.split('_secret_')[0] ?? '')
  if (intent?.client_secret !== secret) return page(404, '<h1>No such payment</h1>')
  if (method === 'GET') return page(200, askingPage(intent))
  if (method !== 'POST') return page(405, '<h1>Only GET and POST</h1>')
  const { result } = parseForm(body)
  if (result !== 'complete' && result !== 'fail') {
    return page(400, '<h1>Send result=complete or result=fail</h1>')
  }
  const at = Date.now()
  const outcome = finishAuthentication({ books, now: at }, intent, result)
  if (outcome.error !== undefined) return page(409, `<h1>${escape(outcome.error.message)}</h1>`)
  await commit({ at, request: createId('req'), ...outcome.change })
  return backToShop(intent, result)
}

function backToShop(intent: Intent, result: 'complete' | 'fail'): PageAnswer {
  if (intent.return_url === null) {
    return page(200, `<h1>${result === 'complete' ? 'Paid' : 'Not paid'}</h1><p>You can go back.</p>`) // prettier-ignore
  }
  const url = new URL(intent.return_url)
  url.searchParams.set('payment_intent', intent.id)
  url.searchParams.set('payment_intent_client_secret', intent.client_secret)
  url.searchParams.set('redirect_status', result === 'complete' ? 'succeeded' : 'failed')
  const answer = page(303, '')
  return { ...answer, headers: { ...answer.headers, location: url.href } }
}

function askingPage(intent: Intent): string {
  if (intent.status !== 'requires_action') {
    return `<h1>Nothing to do</h1><p>The payment is ${intent.status.replaceAll('_', ' ')}.</p>`
  }
  const money = formatMoney(intent.amount, intent.currency.toUpperCase())
  return `<h1>Is this you?</h1>
<p>This is the payment simulator; no money moves. Somebody wants to pay ${escape(money)} with your test card.</p>
<form method="post">
<button name="result" value="complete">Yes, pay</button>
<button name="result" value="fail">No</button>
</form>`
}

function page(status: number, content: string): PageAnswer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Payment simulator</title><main>${content}</main></html>`,
  }
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
