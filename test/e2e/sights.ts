/** Every page in every state in which somebody may see it, and the words by which they know it. */
import type { Page } from 'playwright-core'
import type { EventName, OrderName, Stage } from './stage.ts'

export interface Sight {
  /** Of its pictures, too. */
  name: string
  /** Where it is. */
  path: (stage: Stage) => string
  /** A stranger unless said. */
  as?: keyof Stage['sessions']
  /** What is there in this state and in no other. */
  shows: string | RegExp
  /** English unless said. */
  language?: 'de'
  /** A table that is away while it is looked at, so that the shop is at fault. */
  without?: string
  /** What is done there before it is looked at. */
  then?: (page: Page) => Promise<void>
}

const press = (name: string) => async (page: Page) => {
  await page.getByRole('button', { name, exact: true }).click()
}

const hyphened = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
const at = (path: string) => () => path
const event = (name: EventName, shows: Sight['shows'], as?: Sight['as']): Sight => ({
  name: `event-${hyphened(name)}${as === undefined ? '' : '-signed-in'}`,
  path: ({ events }) => `/events/${events[name].id}`,
  shows,
  ...(as === undefined ? {} : { as }),
})
const order = (name: OrderName, shows: Sight['shows']): Sight => ({
  name: `order-${hyphened(name)}`,
  path: ({ orders }) => `/tickets/order/${orders[name]}`,
  shows,
  as: 'fan',
})

const checkout = (name: OrderName, shows: Sight['shows']): Sight => ({
  name: `checkout-${hyphened(name)}`,
  path: ({ orders }) => `/checkout/${orders[name]}`,
  shows,
  as: 'fan',
})

/** In the order in which somebody comes by. */
export const SIGHTS: readonly Sight[] = [
  { name: 'home', path: at('/'), shows: 'Night of the Harps' },
  { name: 'home-signed-in', path: at('/'), as: 'fan', shows: 'Night of the Harps' },
  { name: 'search-found', path: at('/?q=harps&city=Vienna'), shows: 'Night of the Harps' },
  { name: 'search-nothing', path: at('/?q=zzzz&max_price=5'), shows: 'Nothing found' },
  { name: 'search-refused', path: at('/?max_price=cheap&q=rock'), shows: 'Enter the price as a number' }, // prettier-ignore

  event('onSale', 'Sign in to buy'),
  event('onSale', 'How many', 'newcomer'),
  event('low', 'Only 6 left'),
  event('free', 'Free'),
  event('soldOut', 'Sold out'),
  event('paused', 'The sale is paused'),
  event('notStarted', /Sale starts/),
  event('over', 'The sale is over'),
  event('cancelled', 'This event is cancelled'),
  event('postponed', 'This event has a new date'),
  {
    name: 'proof',
    path: ({ events }) => `/events/${events.onSale.id}/proof`,
    shows: 'Night of the Harps',
  },

  { name: 'tickets', path: at('/tickets'), as: 'fan', shows: 'Swan Lake' },
  { name: 'tickets-none', path: at('/tickets'), as: 'newcomer', shows: 'No tickets yet' },
  order('paid', 'You are going to Night of the Harps'),
  order('free', 'You are going to Open Rehearsal'),
  order('held', 'Not paid yet'),
  order('declined', 'Not paid yet'),
  order('toConfirm', 'Not paid yet'),
  order('expired', 'The time to pay was over'),
  order('givenBack', 'The tickets were given back'),
  order('cancelled', 'This event is cancelled'),
  order('postponed', 'This event has a new date'),
  order('returnedSome', 'Of this refunded'),
  order('returnedAll', 'The tickets were taken back'),
  {
    name: 'return-refused',
    path: ({ orders }) => `/tickets/order/${orders.postponed}/return`,
    as: 'fan',
    shows: 'Choose the tickets that you want to return.',
    then: async (page) => {
      for (const box of await page.getByRole('checkbox').all()) await box.uncheck()
      await press('Return these tickets')(page)
    },
  },
  {
    name: 'return',
    path: ({ orders }) => `/tickets/order/${orders.postponed}/return`,
    as: 'fan',
    shows: 'Return tickets',
  },

  checkout('held', '2 tickets held for you'),
  checkout('declined', 'The card was not accepted'),
  checkout('toConfirm', 'Your bank wants to know whether it is you'),
  checkout('expired', 'The time to pay is over'),
  checkout('givenBack', 'You gave the tickets back'),
  {
    ...checkout('held', 'Pay'),
    name: 'checkout-german',
    language: 'de',
    shows: 'Tickets bezahlen',
  },
  { ...order('paid', 'Night of the Harps'), name: 'order-german', language: 'de' },
  { ...order('postponed', 'hat einen neuen Termin'), name: 'order-postponed-german', language: 'de' }, // prettier-ignore
  { name: 'tickets-german', path: at('/tickets'), as: 'fan', shows: 'Meine Tickets', language: 'de' }, // prettier-ignore
  {
    name: 'return-german',
    path: ({ orders }) => `/tickets/order/${orders.postponed}/return`,
    as: 'fan',
    shows: 'Welche Tickets?',
    language: 'de',
  },

  { name: 'sign-in', path: at('/sign-in'), shows: 'Forgot your password?' },
  {
    name: 'sign-in-refused',
    path: at('/sign-in'),
    shows: 'E-mail address or password is wrong.',
    then: async (page) => {
      await page.getByLabel('E-mail address').fill('nobody@shop.example')
      await page.getByLabel('Password').fill('a wrong password')
      await press('Sign in')(page)
    },
  },
  { name: 'sign-up', path: at('/sign-up'), shows: 'Create account' },
  {
    name: 'sign-up-refused',
    path: at('/sign-up'),
    shows: /others would guess/,
    then: async (page) => {
      await page.getByLabel('Name').fill('Zoë')
      await page.getByLabel('E-mail address').fill('zoe@shop.example')
      await page.getByLabel('Password').fill('password')
      await press('Create account')(page)
    },
  },
  { name: 'forgot-password', path: at('/forgot-password'), shows: 'Send me the link' },
  {
    name: 'link-sent',
    path: at('/forgot-password'),
    shows: 'the link is on its way',
    then: async (page) => {
      await page.getByLabel('E-mail address').fill('nobody@shop.example')
      await press('Send me the link')(page)
    },
  },
  { name: 'reset', path: at('/reset?token=none'), shows: 'New password' },
  {
    name: 'reset-dead-link',
    path: at('/reset?token=none'),
    shows: 'This link is no longer good',
    then: async (page) => {
      await page.getByLabel('New password').fill('a quiet evening at home')
      await press('Change my password')(page)
    },
  },
  { name: 'verify', path: at('/verify?token=none'), shows: 'Yes, it is mine' },
  { name: 'mailbox', path: at('/mailbox'), shows: 'Your tickets for' },
  { name: 'mailbox-german', path: at('/mailbox'), shows: 'das Neueste zuerst', language: 'de' }, // prettier-ignore
  {
    name: 'mail',
    path: at('/mailbox'),
    shows: 'Night of the Harps',
    then: async (page) => {
      await page.getByRole('link', { name: 'Your tickets for Night of the Harps' }).first().click()
    },
  },
  { name: 'account', path: at('/account'), as: 'newcomer', shows: 'Take your data with you' },
  { name: 'account-name', path: at('/account/name'), as: 'newcomer', shows: 'Change your name' },
  {
    name: 'account-email',
    path: at('/account/email'),
    as: 'newcomer',
    shows: 'New e-mail address',
  },
  { name: 'account-language', path: at('/account/language'), as: 'newcomer', shows: 'Change the language' }, // prettier-ignore
  { name: 'account-password', path: at('/account/password'), as: 'newcomer', shows: 'Your present password' }, // prettier-ignore
  {
    name: 'account-password-refused',
    path: at('/account/password'),
    as: 'newcomer',
    shows: 'Nothing was changed',
    then: async (page) => {
      await page.getByLabel('Your present password').fill('not the password')
      await page.getByLabel('New password').fill('a quiet evening at home')
      await press('Change your password')(page)
    },
  },
  { name: 'account-sessions', path: at('/account/sessions'), as: 'newcomer', shows: 'This device' },
  { name: 'account-delete', path: at('/account/delete'), as: 'newcomer', shows: 'What goes' },
  { name: 'account-delete-not-yet', path: at('/account/delete'), as: 'fan', shows: 'You cannot leave yet' }, // prettier-ignore

  { name: 'design', path: at('/design'), shows: 'Design' },
  { name: 'design-no-card', path: at('/design?checkout=no+card+chosen'), shows: 'Choose a card to pay with.' }, // prettier-ignore

  { name: 'home-german', path: at('/'), shows: 'Demnächst', language: 'de' },
  {
    name: 'event-german',
    path: ({ events }) => `/events/${events.onSale.id}`,
    shows: 'Night of the Harps',
    language: 'de',
  },
  { name: 'account-german', path: at('/account'), as: 'newcomer', shows: 'Ihr Konto', language: 'de' }, // prettier-ignore
  { name: 'sign-up-german', path: at('/sign-up'), shows: 'Passwort', language: 'de' },

  { name: 'error-500', path: at('/tickets'), as: 'fan', shows: /our side|our fault|went wrong/i, without: 'orders' }, // prettier-ignore
  { name: 'error-codes', path: at('/docs/errors'), shows: 'sold_out' },
  { name: 'error-404', path: at('/events/999999999'), shows: 'There is nothing here' },
]
