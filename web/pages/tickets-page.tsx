import type { VNode } from 'preact'
import { OrderCard } from '../components/order-card.tsx'
import { Poster } from '../components/poster.tsx'
import { Layout } from '../layout.tsx'
import type { EventDetails, Order } from '../needs.ts'
import type { Visitor } from '../visitor.ts'

export interface TicketsPageProps {
  visitor: Visitor
  /** The newest first. */
  orders: readonly { order: Order; event: EventDetails }[]
  /** Whether there are older ones that are not shown. */
  hasOlder: boolean
}

export function TicketsPage({ visitor, orders, hasOlder }: TicketsPageProps): VNode {
  return (
    <Layout visitor={visitor} section="tickets" head={{ title: 'My tickets' }}>
      <div class="wrap page">
        <h1>My tickets</h1>
        {orders.length === 0 ? (
          <NoTickets />
        ) : (
          <ul class="orders">
            {orders.map(({ order, event }) => (
              <OrderCard order={order} event={event} />
            ))}
          </ul>
        )}
        {hasOlder && <p>{`These are your newest ${orders.length} orders.`}</p>}
      </div>
    </Layout>
  )
}

function NoTickets(): VNode {
  return (
    <div class="empty">
      <div class="empty-art">
        <Poster subject={{ id: 4, category: 'Concert' }} shape="square" />
      </div>
      <div>
        <h2>No tickets yet</h2>
        <p>Whatever you buy is here, with the codes for the door.</p>
        <a class="button" href="/">
          Find an event
        </a>
      </div>
    </div>
  )
}
