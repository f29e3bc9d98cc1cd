/** What somebody bought: what is to be paid, what is ahead, and the rest. */
import type { VNode } from 'preact'
import { OfflineNote } from '../components/offline-note.tsx'
import { OrderCard } from '../components/order-card.tsx'
import { Poster } from '../components/poster.tsx'
import { count } from '../format.ts'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order } from '../needs.ts'
import { orderTexts } from '../texts/orders.ts'
import type { Visitor } from '../visitor.ts'

interface OrderOfEvent {
  order: Order
  event: EventDetails
}

export interface TicketsPageProps {
  visitor: Visitor
  /** The newest first. */
  orders: readonly OrderOfEvent[]
  /** Of the page with older ones. */
  nextCursor: string | undefined
  isFirst: boolean
  now?: number
}

export function TicketsPage(props: TicketsPageProps): VNode {
  const { visitor, orders, nextCursor, isFirst, now = Date.now() } = props
  const t = orderTexts[visitor.language]
  const { toPay, upcoming, past } = grouped(orders, now)
  return (
    <Layout
      visitor={visitor}
      section="tickets"
      head={{ title: t.myTickets, scripts: ['checkout'] }}
    >
      <div class="wrap page">
        <OfflineNote visitor={visitor} />
        <h1>{t.myTickets}</h1>
        {orders.length === 0 && isFirst && <NoTickets visitor={visitor} />}
        <Orders visitor={visitor} title={t.toPay} orders={toPay} />
        <Orders
          visitor={visitor}
          title={`${t.upcoming} · ${count(goodTickets(upcoming), ...t.ticket, visitor.language)}`}
          orders={upcoming}
        />
        {past.length > 0 && (
          <details class="past-orders" open={toPay.length + upcoming.length === 0}>
            <summary>{`${t.past} (${past.length})`}</summary>
            <OrderList visitor={visitor} orders={past} />
          </details>
        )}
        <p class="page-links">
          {nextCursor !== undefined && (
            <a href={`/tickets?cursor=${encodeURIComponent(nextCursor)}`}>{t.older}</a>
          )}
          {!isFirst && <a href="/tickets">{t.newest}</a>}
        </p>
      </div>
    </Layout>
  )
}

interface OrdersProps {
  visitor: Visitor
  orders: readonly OrderOfEvent[]
}

function Orders({ title, ...props }: OrdersProps & { title: string }): VNode | null {
  if (props.orders.length === 0) return null
  return (
    <section class="order-group">
      <h2>{title}</h2>
      <OrderList {...props} />
    </section>
  )
}

const OrderList = ({ visitor, orders }: OrdersProps): VNode => (
  <ul class="orders">
    {orders.map(({ order, event }) => (
      <OrderCard order={order} event={event} language={visitor.language} />
    ))}
  </ul>
)

/** What opens a door soonest stands first, and what is to be paid before that. */
function grouped(orders: readonly OrderOfEvent[], now: number) {
  const isToPay = ({ order }: OrderOfEvent) =>
    order.status === 'PENDING' && (order.expiresAt?.getTime() ?? 0) > now
  const isUpcoming = ({ order, event }: OrderOfEvent) =>
    order.ticketCodes.length > 0 &&
    event.sale !== 'cancelled' &&
    event.eventDate.getTime() > now - DOORS_OPEN_MS
  return {
    toPay: orders.filter(isToPay),
    upcoming: orders
      .filter(isUpcoming)
      .sort((one, other) => one.event.eventDate.getTime() - other.event.eventDate.getTime()),
    past: orders.filter((each) => !isToPay(each) && !isUpcoming(each)),
  }
}

const goodTickets = (orders: readonly OrderOfEvent[]): number =>
  orders.reduce((sum, { order }) => sum + order.ticketCodes.length, 0)

/** Who comes late still looks for their ticket among those that are ahead. */
const DOORS_OPEN_MS = 12 * 3_600_000

function NoTickets({ visitor }: { visitor: Visitor }): VNode {
  const t = orderTexts[visitor.language]
  return (
    <div class="empty">
      <div class="empty-art">
        <Poster subject={{ id: 4, category: 'Concert' }} shape="square" />
      </div>
      <div>
        <h2>{t.none}</h2>
        <p>{t.noneText}</p>
        <a class="button" href="/">
          {t.find}
        </a>
      </div>
    </div>
  )
}
