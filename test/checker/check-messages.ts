/** I11, I12, I14, I22: mails, messages, the audit log, and how soon it all went on. */
import { type Check, counted, groupBy } from '../../bench/onsale/check.ts'
import { notZero } from './check-stock.ts'
import type { Evidence } from './evidence.ts'
import type { AuditRow, BookedOrder, Books } from './history.sql.ts'
import type { Deed } from './ledger.ts'
import type { ReceivedMail } from './mail-sink.ts'

export function checkMessages(evidence: Evidence): Check[] {
  return [mails(evidence), outbox(evidence), audit(evidence), recovery(evidence)]
}

/** As the product names its mails; the number is the order's. */
const CONFIRMATION = /^<order-(\d+)-confirmation@/
/** Its other mails, and whom they may be about. */
const OTHERS: readonly [RegExp, (books: Books, id: number) => boolean][] = [
  [/^<order-(\d+)-returned@/, (books, id) => books.orders.some((order) => order.id === id && order.payment?.status === 'returned')], // prettier-ignore
  [/^<refund-(\d+)@/, (books, id) => books.refunds.some((refund) => refund.id === id && refund.status === 'succeeded')], // prettier-ignore
  [/^<event-(\d+)-/, (books, id) => books.events.some((event) => event.id === id)],
]

const isOther = (books: Books, messageId: string): boolean =>
  OTHERS.some(([pattern, isRight]) => {
    const id = pattern.exec(messageId)?.[1]
    return id !== undefined && isRight(books, Number(id))
  })

function mails({ mails: received, books, concessions }: Evidence): Check {
  const faults: string[] = []
  const orders = new Map(books.orders.map((order) => [order.id, order]))
  const all = received.filter(({ messageId }) => !isOther(books, messageId))
  const byOrder = groupBy(all, (mail) => Number(CONFIRMATION.exec(mail.messageId)?.[1] ?? Number.NaN)) // prettier-ignore
  for (const [orderId, copies] of byOrder) {
    const order = orders.get(orderId)
    if (order === undefined || order.confirmedAt === null) {
      faults.push(`a mail ${copies[0]?.messageId ?? ''} is for no confirmed order`)
      continue
    }
    if (copies.length > 1 && !concessions.mailsMayRepeat) {
      faults.push(`order ${orderId} has ${copies.length} mails`)
    }
    if (new Set(copies.map((mail) => mail.messageId)).size > 1) {
      faults.push(`the mails of order ${orderId} have different ids`)
    }
    for (const mail of copies) {
      if (mail.to.join() !== order.email) faults.push(`the mail of order ${orderId} went to another buyer`) // prettier-ignore
      if (!hasCodesOf(mail, order)) faults.push(`the mail of order ${orderId} has other codes`)
    }
  }
  const missing = books.orders.filter(
    (order) => order.confirmedAt !== null && !byOrder.has(order.id),
  )
  faults.push(...missing.map((order) => `order ${order.id} has no mail`))
  const delays = delaysOf(byOrder, orders)
  const slowest = Math.max(0, ...delays)
  const { mailDelaySeconds = Number.POSITIVE_INFINITY, lateMails } = concessions
  const late = delays.filter((seconds) => seconds > mailDelaySeconds).length
  if (late > lateMails) {
    faults.push(`${counted(late, 'mail')} came later than ${mailDelaySeconds} s, not ${lateMails}`)
  }
  const repeated = [...byOrder.values()].filter((copies) => copies.length > 1).length
  return {
    id: 'I11',
    claim: concessions.mailsMayRepeat
      ? 'Each order has its mail; one sent twice has one id'
      : 'Each order has its mail, once',
    examined: `${counted(all.length, 'mail')}${repeated === 0 ? '' : `, ${repeated} repeated`}, ${slowest.toFixed(1)} s after the order at most`,
    faults,
  }
}

/** All that are good, and none but the order's own: some may have been taken back before it was written. */
function hasCodesOf(mail: ReceivedMail, { ticketCodes, voidedCodes }: BookedOrder): boolean {
  const own = new Set(ticketCodes)
  const good = ticketCodes.filter((code) => !voidedCodes.includes(code))
  return (
    mail.ticketCodes.every((code) => own.has(code)) &&
    good.every((code) => mail.ticketCodes.includes(code))
  )
}

/** Seconds from each confirmation to its first mail; both clocks are this machine's. */
const delaysOf = (
  mailsOf: ReadonlyMap<number, readonly ReceivedMail[]>,
  orders: ReadonlyMap<number, BookedOrder>,
): number[] =>
  [...mailsOf].flatMap(([orderId, [first]]) => {
    const since = orders.get(orderId)?.confirmedAt?.getTime()
    return since === undefined || first === undefined ? [] : [(first.at - since) / 1_000]
  })

function outbox(evidence: Evidence): Check {
  const { snapshots, books, mails: all, concessions } = evidence
  const faults = notZero(snapshots, 'wrongMessages')
  // Whoever's message is gone has the mail already.
  const ids = new Set<string>()
  let next = 0
  for (const snapshot of snapshots) {
    for (; next < all.length && (all[next]?.at ?? 0) <= snapshot.at; next += 1) {
      const { messageId = '' } = all[next] ?? {}
      if (CONFIRMATION.test(messageId)) ids.add(messageId)
    }
    if (snapshot.settled > ids.size) {
      faults.push(`${snapshot.settled} orders have no message left, and ${ids.size} have a mail`)
      break
    }
  }
  if (!evidence.cameToRest) {
    const { messagesLeft, inboxLeft, refundsLeft, paymentsLeft, holdsLeft } = evidence.rest
    const left = { messagesLeft, inboxLeft, refundsLeft, paymentsLeft, holdsLeft }
    faults.push(`it did not come to rest in time: ${JSON.stringify(left)}`)
  }
  const wanted = [...concessions.deadLetters].sort().join(', ')
  const dead = [...books.deadLetters].sort().join(', ')
  if (dead !== wanted) faults.push(`dead letters are [${dead}], not [${wanted}]`)
  return {
    id: 'I12',
    claim: 'Each order has one message until it has its mail; dead letters are only the poison',
    examined: counted(snapshots.length, 'snapshot'),
    faults,
  }
}

function audit({ changes, deeds, books, chain }: Evidence): Check {
  const faults = books.auditTampered.map((statement) => `the database carried out: ${statement}`)
  if (!chain.isIntact) faults.push(`the chain breaks at entry ${chain.auditId}`)
  faults.push(...unaudited(deeds, books.audit))
  const rows = groupBy(
    books.audit.filter(({ action }) => !(action in AUDITED)),
    (row) => `${row.subjectId} ${row.description ?? ''}`,
  )
  const asked = new Set<string>()
  let sure = 0
  for (const { eventId, actorId, mark, status } of changes) {
    const name = `${eventId} ${mark}`
    asked.add(name)
    const found = rows.get(name) ?? []
    if (status === 200) sure += 1
    const isRight = status === 200 ? found.length === 1 : found.length <= 1
    if (!isRight) faults.push(`"${mark}" of event ${eventId} has ${found.length} entries`)
    if (found.some((row) => row.actorId !== actorId || row.action !== 'event.changed')) {
      faults.push(`"${mark}" of event ${eventId} is entered wrongly`)
    }
  }
  for (const name of rows.keys()) {
    if (!asked.has(name)) faults.push(`an entry nobody asked for: ${name}`)
  }
  return {
    id: 'I14',
    claim: 'Each change has one entry; the log is chained and cannot be changed',
    examined: counted(sure, 'change'),
    faults,
  }
}

/** What else leaves an entry, and which deed it is. */
const AUDITED: Readonly<Record<string, Deed['kind']>> = {
  'order.refunded': 'take back',
  'event.cancelled': 'cancel',
}

/** Those that were answered have one entry each, those whose answer was lost one at most. */
function unaudited(deeds: readonly Deed[], audit: readonly AuditRow[]): string[] {
  return Object.entries(AUDITED).flatMap(([action, kind]) => {
    const rows = groupBy(audit.filter((row) => row.action === action), (row) => row.subjectId) // prettier-ignore
    const asked = groupBy(deeds.filter((deed) => deed.kind === kind), (deed) => (kind === 'cancel' ? deed.eventId : deed.orderId)) // prettier-ignore
    return [...new Set([...rows.keys(), ...asked.keys()])].flatMap((id) => {
      const found = rows.get(id)?.length ?? 0
      const all = asked.get(id) ?? []
      const done = all.filter(({ status }) => status >= 200 && status < 300).length
      const unknown = all.filter(({ status }) => status === 0 || status >= 500).length
      // Cancelling again changes nothing.
      const least = kind === 'cancel' ? Math.min(1, done) : done
      const most = kind === 'cancel' ? Math.min(1, done + unknown) : done + unknown
      return found >= least && found <= most ? [] : [`to ${kind} ${id} has ${found} entries, not ${least} to ${most}`] // prettier-ignore
    })
  })
}

function recovery({ recoveries, concessions }: Evidence): Check {
  const slowest = Math.max(0, ...recoveries.map(({ seconds }) => seconds ?? 0))
  return {
    id: 'I22',
    claim: `Sales go on within ${concessions.recoverySeconds} s of healing`,
    examined: `${counted(recoveries.length, 'recovery').replace('recoverys', 'recoveries')}, ${slowest.toFixed(1)} s at most`,
    faults: recoveries
      .filter(({ seconds }) => seconds === undefined || seconds > concessions.recoverySeconds)
      .map(({ what, seconds }) => `${what}: ${seconds === undefined ? 'no sale' : `${seconds.toFixed(1)} s`}`), // prettier-ignore
  }
}
