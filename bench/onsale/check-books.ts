/** What the shop's books must say by themselves, whatever anybody asked for. */
import type { Books } from './audit.sql.ts'
import { type Check, counted, groupBy, sum } from './check.ts'

/** @param options.mailIsDue False when the rush was cut short before its mails could be sent. */
export function checkBooks(books: Books, options: { mailIsDue: boolean }): Check[] {
  return [
    stockAddsUp(books),
    notOversold(books),
    codesUnique(books),
    ordersWhole(books),
    limitKept(books),
    openedOnTime(books),
    messagesSent(books, options.mailIsDue),
  ]
}

/** The tickets of the event that let somebody in. */
const valid = (books: Books) => books.tickets.filter((ticket) => !ticket.isVoid)

export const confirmed = (books: Books) =>
  books.orders.filter((order) => order.status === 'CONFIRMED')

function stockAddsUp(books: Books): Check {
  const { event, types } = books
  const sums = {
    'the counter of the event': event.sold,
    'the counters of its ticket types': sum(types, (type) => type.sold),
    'the quantities of its orders': sum(confirmed(books), (order) => order.quantity),
    'its tickets': valid(books).length,
  }
  const faults =
    new Set(Object.values(sums)).size === 1
      ? []
      : [
          `sold is ${Object.entries(sums)
            .map(([name, count]) => `${count} by ${name}`)
            .join(', ')}`,
        ]
  if (event.held !== 0 || sum(types, (type) => type.held) !== 0) {
    faults.push(`${event.held} tickets are held, though every hold is paid or over`)
  }
  for (const type of types) {
    const sold = sum(
      confirmed(books).filter((order) => order.typeId === type.id),
      (order) => order.quantity,
    )
    if (sold !== type.sold) faults.push(`ticket type ${type.id} counts ${type.sold}, not ${sold}`)
  }
  return {
    id: 'stock_adds_up',
    claim: 'Both counters, the orders and the tickets agree',
    examined: counted(event.sold, 'ticket'),
    faults,
  }
}

function notOversold(books: Books): Check {
  const faults: string[] = []
  const over = oversold(books)
  if (over > 0) faults.push(`${over} tickets more than the ${books.event.capacity} there are`)
  for (const type of books.types) {
    if (type.sold > type.capacity) faults.push(`ticket type ${type.id} is sold beyond its capacity`)
  }
  return {
    id: 'not_oversold',
    claim: 'No more tickets than there are places',
    examined: counted(books.event.capacity, 'place'),
    faults,
  }
}

/** How many tickets there are too many. */
export const oversold = (books: Books): number =>
  Math.max(0, valid(books).length - books.event.capacity)

function codesUnique(books: Books): Check {
  return {
    id: 'codes_unique',
    claim: 'No two tickets have the same code',
    examined: counted(new Set(books.tickets.map((ticket) => ticket.code)).size, 'code'),
    faults: books.codesTwice.map((code) => `code ${code} is there more than once`),
  }
}

function ordersWhole(books: Books): Check {
  const faults: string[] = []
  const ticketsOf = groupBy(books.tickets, (ticket) => ticket.orderId)
  const prices = new Map(books.types.map((type) => [type.id, type.priceCents]))
  const known = new Set(books.orders.map((order) => order.id))
  for (const order of books.orders) {
    if (order.status === 'PENDING') faults.push(`order ${order.id} is neither paid nor over`)
    const tickets = ticketsOf.get(order.id) ?? []
    const due = order.status === 'CONFIRMED' ? order.quantity : 0
    if (tickets.length !== due) {
      faults.push(`order ${order.id}, ${order.status}, is for ${order.quantity} and has ${tickets.length} tickets`) // prettier-ignore
    }
    if (order.totalCents !== order.quantity * (prices.get(order.typeId) ?? Number.NaN)) {
      faults.push(`order ${order.id} has a wrong total`)
    }
  }
  for (const ticket of books.tickets) {
    if (!known.has(ticket.orderId)) faults.push(`ticket ${ticket.code} has no order of this event`)
    if (ticket.isVoid) faults.push(`ticket ${ticket.code} is void`)
  }
  if (new Set(books.tickets.map((ticket) => ticket.eventId)).size > 1) {
    faults.push('some tickets are of another event than their orders')
  }
  return {
    id: 'orders_whole',
    claim: 'Each order has its tickets and the right total',
    examined: counted(books.orders.length, 'order'),
    faults,
  }
}

function limitKept(books: Books): Check {
  const { maxPerUser } = books.event
  const byUser = groupBy(confirmed(books), (order) => order.userId)
  const faults = [...byUser]
    .map(([userId, orders]) => ({ userId, has: sum(orders, (order) => order.quantity) }))
    .filter(({ has }) => has > maxPerUser)
    .map(({ userId, has }) => `user ${userId} has ${has}, and ${maxPerUser} are allowed`)
  return {
    id: 'limit_kept',
    claim: `Nobody has more than ${maxPerUser}`,
    examined: counted(byUser.size, 'buyer'),
    faults,
  }
}

function openedOnTime(books: Books): Check {
  const { opensAt } = books.event
  const faults = books.orders
    .filter((order) => opensAt !== null && order.placedAt < opensAt)
    .map((order) => `order ${order.id} was placed before the sale opened`)
  return {
    id: 'opened_on_time',
    claim: 'Nobody bought before the opening',
    examined: counted(books.orders.length, 'order'),
    faults,
  }
}

function messagesSent(books: Books, mailIsDue: boolean): Check {
  const { messages } = books
  const faults: string[] = []
  const say = (count: number, what: string) => {
    if (count > 0) faults.push(`${counted(count, 'order')} ${what}`)
  }
  const { waiting, dead } = messages
  if (mailIsDue) {
    say(messages.ordersWithoutMail.length, `without a mail (${waiting} waiting, ${dead} given up)`)
  }
  say(messages.ordersWithSeveralMails.length, 'with more than one mail')
  say(messages.wrongMails.length, 'whose mail is not to the buyer or lacks a code')
  if (messages.strayMails > 0) faults.push(`${counted(messages.strayMails, 'mail')} for no order`)
  return {
    id: 'mails_sent',
    claim: 'Each confirmed order has one mail, with its codes',
    examined:
      counted(confirmed(books).length - messages.ordersWithoutMail.length, 'mail') +
      (mailIsDue ? '' : ', the others not waited for'),
    faults,
  }
}
