/** What paying, tickets and accounts are made of, on the page of the design. */
import type { VNode } from 'preact'
import { EmailField } from '../components/account-form.tsx'
import { ConnectedSignIns } from '../components/connected-sign-ins.tsx'
import { DesignSection } from '../components/design-section.tsx'
import { OrderCard } from '../components/order-card.tsx'
import { OrderFiles } from '../components/order-files.tsx'
import { PasswordField } from '../components/password-field.tsx'
import { Receipt } from '../components/receipt.tsx'
import { SignInWith } from '../components/sign-in-with.tsx'
import { TestCards } from '../components/test-cards.tsx'
import { TicketStubs } from '../components/ticket-stub.tsx'
import {
  CANCELLED_EVENT,
  POSTPONED_EVENT,
  SAMPLE_EVENT,
  SAMPLE_LINKS,
  sampleOrders,
} from '../design-orders.ts'
import type { Visitor } from '../visitor.ts'
import { GiveBack, Held } from './checkout-page.tsx'

const PROVIDERS = [{ id: 'elsewhere', name: 'Elsewhere' }]

export function DesignBuying({ visitor }: { visitor: Visitor }): VNode {
  const { language } = visitor
  const { held, bought, refunded, expired, ...others } = sampleOrders()
  return (
    <>
      <DesignSection title="Paying">
        <div class="checkout-columns">
          <Held visitor={visitor} order={held} event={SAMPLE_EVENT} hasTestCards />
          <div class="checkout-pay">
            <TestCards
              language={language}
              fault="Choose a card to pay with."
              declined="pm_card_chargeDeclined"
            />
            <GiveBack visitor={visitor} order={held} />
          </div>
        </div>
      </DesignSection>
      <DesignSection title="Tickets">
        <TicketStubs order={bought} event={SAMPLE_EVENT} links={SAMPLE_LINKS} language={language} />
        <OrderFiles links={SAMPLE_LINKS} language={language} />
        <Receipt order={others['returned in part']} event={SAMPLE_EVENT} language={language} />
      </DesignSection>
      <DesignSection title="Orders">
        <ul class="orders">
          <OrderCard order={held} event={SAMPLE_EVENT} language={language} />
          <OrderCard order={bought} event={SAMPLE_EVENT} language={language} />
          <OrderCard
            order={others['returned in part']}
            event={POSTPONED_EVENT}
            language={language}
          />
          <OrderCard order={expired} event={SAMPLE_EVENT} language={language} />
          <OrderCard order={refunded} event={CANCELLED_EVENT} language={language} />
        </ul>
      </DesignSection>
    </>
  )
}

export function DesignAccount({ visitor }: { visitor: Visitor }): VNode {
  const { language } = visitor
  const createdAt = new Date('2040-01-01T10:00:00Z')
  return (
    <DesignSection title="Accounts">
      <form class="design-form">
        <EmailField language={language} value="nora@example.com" fault="It is taken." />
        <PasswordField
          name="current_password"
          label="The present password"
          language={language}
          fault={undefined}
          isCurrent
        />
        <PasswordField label="A new password" language={language} fault="Choose another." />
      </form>
      <SignInWith providers={PROVIDERS} next="/" language={language} />
      <ConnectedSignIns
        language={language}
        connections={{
          hasPassword: true,
          identities: [
            { id: 1, name: 'Elsewhere', email: 'nora@example.com', createdAt, canRemove: true },
          ],
          others: [{ id: 'other', name: 'Another Place' }],
        }}
      />
    </DesignSection>
  )
}
