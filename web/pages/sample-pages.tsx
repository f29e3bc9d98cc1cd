/** Whole pages in each of their states, of made-up events and orders, for the page of the design. */
import type { VNode } from 'preact'
import { NO_CHOICE } from '../components/ticket-choice.tsx'
import {
  CANCELLED_EVENT,
  POSTPONED_EVENT,
  SAMPLE_EVENT,
  SAMPLE_LINKS,
  sampleOrders,
} from '../design-orders.ts'
import { SAMPLE_EVENTS, SAMPLE_USER } from '../design-samples.ts'
import type { EventDetails, OpenHold, OwnAccount } from '../needs.ts'
import type { Visitor } from '../visitor.ts'
import { SignInPage, SignUpPage } from './account-pages.tsx'
import { CheckoutEndedPage } from './checkout-ended-page.tsx'
import { CheckoutPage } from './checkout-page.tsx'
import { AtBankPage } from './checkout-waiting-pages.tsx'
import { EventPage } from './event-page.tsx'
import { OrderPage, type OrderPageProps } from './order-page.tsx'
import { OwnAccountPage } from './own-account-page.tsx'
import { ReturnPage } from './return-page.tsx'
import { TicketsPage } from './tickets-page.tsx'

type Page = (visitor: Visitor) => VNode
type OrderState = keyof ReturnType<typeof sampleOrders>

const event =
  (sample: EventDetails): Page =>
  (visitor) => (
    <EventPage
      visitor={visitor}
      event={sample}
      choice={NO_CHOICE}
      orderKey=""
      refusal={undefined}
    />
  )

const checkoutOf = (visitor: Visitor, state: OrderState = 'held') => ({
  visitor,
  order: sampleOrders()[state],
  event: SAMPLE_EVENT,
  hasTestCards: true,
})

const order =
  (state: OrderState, more: Partial<OrderPageProps> = {}): Page =>
  (visitor) => (
    <OrderPage
      {...{ visitor, order: sampleOrders()[state], event: SAMPLE_EVENT, links: SAMPLE_LINKS }}
      {...{ refunds: [], moment: 'later', ...more }}
    />
  )

const returning =
  (chosen: readonly string[], fault?: string): Page =>
  (visitor) => (
    <ReturnPage
      {...{ visitor, order: sampleOrders().bought, event: POSTPONED_EVENT, chosen, fault }}
    />
  )

const everyOrder = () => {
  const { bought, held, expired, refunded, ...others } = sampleOrders()
  return [
    { order: held, event: SAMPLE_EVENT },
    { order: bought, event: SAMPLE_EVENT },
    { order: others['returned in part'], event: POSTPONED_EVENT },
    { order: expired, event: SAMPLE_EVENT },
    { order: refunded, event: CANCELLED_EVENT },
  ]
}

function openHold(): OpenHold {
  const { orderId, eventId, quantity, expiresAt = new Date() } = sampleOrders().held
  return { orderId, eventId, quantity, expiresAt }
}

const form = {
  next: '/',
  typed: { name: 'Nora', email: SAMPLE_USER.email, userType: 'guest', language: 'en' },
  providers: [{ id: 'elsewhere', name: 'Elsewhere' }],
}
const wrong = {
  title: 'You are not signed in',
  faults: [
    {
      field: 'email',
      message: 'E-mail address or password is wrong.',
      see: 'See “E-mail address” below.',
    },
  ],
}
const account: OwnAccount = { id: 1, ...SAMPLE_USER, emailVerifiedAt: null }

/** By what they are about and the state that they are in. */
export const SAMPLE_PAGES: Record<string, Record<string, Page>> = {
  event: Object.fromEntries(SAMPLE_EVENTS.map((each) => [each.state, event(each.event)])),
  checkout: {
    'to pay': (visitor) => <CheckoutPage {...checkoutOf(visitor)} />,
    declined: (visitor) => <CheckoutPage {...checkoutOf(visitor, 'declined')} />,
    'no card chosen': (visitor) => <CheckoutPage {...checkoutOf(visitor)} trouble="no_card" />,
    busy: (visitor) => <CheckoutPage {...checkoutOf(visitor)} trouble="busy" />,
    'no cards taken': (visitor) => <CheckoutPage {...checkoutOf(visitor)} hasTestCards={false} />,
    'at the bank': (visitor) => <AtBankPage {...checkoutOf(visitor, 'at the bank')} />,
    'too late': (visitor) => <CheckoutEndedPage {...checkoutOf(visitor, 'expired')} />,
  },
  order: {
    'just bought': order('bought', { moment: 'new' }),
    good: order('bought'),
    'returned in part': order('returned in part', { event: POSTPONED_EVENT, moment: 'returned' }),
    'new date': order('bought', { event: POSTPONED_EVENT }),
    'not paid': order('held'),
    expired: order('expired'),
    'event cancelled': order('refunded', {
      event: CANCELLED_EVENT,
      refunds: [{ status: 'requested', amountCents: 10_800, finishedAt: undefined }],
    }),
  },
  tickets: {
    some: (visitor) => (
      <TicketsPage
        visitor={{ ...visitor, openHold: openHold() }}
        orders={everyOrder()}
        nextCursor={undefined}
        isFirst
      />
    ),
    none: (visitor) => <TicketsPage visitor={visitor} orders={[]} nextCursor={undefined} isFirst />,
    return: returning([]),
    'return refused': returning([], 'Choose the tickets that you want to return.'),
  },
  account: {
    'sign in': (visitor) => <SignInPage visitor={visitor} {...form} problem={undefined} />,
    'sign in refused': (visitor) => <SignInPage visitor={visitor} {...form} problem={wrong} />,
    'sign up': (visitor) => <SignUpPage visitor={visitor} {...form} problem={undefined} />,
    'own account': (visitor) => (
      <OwnAccountPage
        {...{ visitor, account, newEmail: 'new@example.com', sessionCount: 2, done: 'name' }}
        connections={{ hasPassword: true, identities: [], others: form.providers }}
      />
    ),
  },
}
