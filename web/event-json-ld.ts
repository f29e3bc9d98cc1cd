/** An event as schema.org describes it, for search engines and previews. */
import { numericFromCents } from '../src/kernel/money.ts'
import type { EventDetails } from './needs.ts'

/** @param origin Empty when nobody knows it; addresses then have none. */
export function eventJsonLd(event: EventDetails, origin: string): Record<string, unknown> {
  const address = `${origin}/events/${event.id}`
  const image =
    event.picture === null ? (event.imageUrl ?? `${address}/card.png`) : origin + event.picture.card
  return {
    '@context': 'https://schema.org',
    '@type': 'Event',
    name: event.name,
    ...(event.description === '' ? {} : { description: event.description }),
    image,
    url: address,
    startDate: event.eventDate.toISOString(),
    eventAttendanceMode: 'https://schema.org/OfflineEventAttendanceMode',
    eventStatus: `https://schema.org/${statusOf(event)}`,
    location: {
      '@type': 'Place',
      name: event.venue,
      address: {
        '@type': 'PostalAddress',
        name: event.venue,
        ...(event.city === null ? {} : { addressLocality: event.city }),
      },
    },
    offers: event.ticketTypes.map((type) => ({
      '@type': 'Offer',
      name: type.name,
      price: numericFromCents(type.priceCents),
      priceCurrency: event.currency,
      availability: `https://schema.org/${availabilityOf(event, type.remaining)}`,
      ...(event.onSaleAt === null ? {} : { validFrom: event.onSaleAt.toISOString() }),
      validThrough: (event.salesEndAt ?? event.eventDate).toISOString(),
      url: address,
    })),
  }
}

function statusOf({ sale, postponedAt }: EventDetails): string {
  if (sale === 'cancelled') return 'EventCancelled'
  return postponedAt === null ? 'EventScheduled' : 'EventRescheduled'
}

function availabilityOf(event: EventDetails, remaining: number): string {
  if (event.sale === 'not_started') return 'PreOrder'
  if (remaining === 0 || event.sale === 'sold_out') return 'SoldOut'
  return event.sale === 'on_sale' ? 'InStock' : 'OutOfStock'
}
