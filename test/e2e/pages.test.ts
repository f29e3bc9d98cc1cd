/** Journeys through the pages in a browser, most of them without script. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import type { Event } from '../../src/contracts/event.ts'
import { PASSWORD, signUp } from '../support/accounts.ts'
import { type EventShop, startEventShop } from '../support/event-api.ts'
import { readBooks } from '../support/sale.ts'
import { browserTest, picture, visit } from './browser.ts'

let shop: EventShop
let base: string
before(async () => {
  shop = await startEventShop()
  base = await shop.app.listen()
})
after(async () => {
  await shop[Symbol.asyncDispose]()
})

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const link = (page: Page, name: string | RegExp) => page.getByRole('link', { name })
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name })

async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel('E-mail address').fill(email)
  await page.getByLabel('Password').fill(password)
  await button(page, 'Sign in').click()
}

/** What is said about a field to those who only hear it. */
const descriptionOf = async (field: Locator): Promise<string> =>
  await field.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '')
      .split(' ')
      .map((id) => document.getElementById(id)?.textContent ?? `nothing has the id ${id}`)
      .join(' '),
  )

/** From the event's page to the tickets. */
async function buyAndPay(page: Page): Promise<void> {
  await button(page, 'Buy now').click()
  await page.getByRole('button', { name: /^Pay / }).click()
}

const pathOf = (page: Page): string => new URL(page.url()).pathname

browserTest('somebody new finds an event, buys and has the tickets, without script', async () => {
  const event = await shop.create({ name: 'Night of the Harps', city: 'Dublin', max_per_user: 4 })
  await using visitor = await visit(base)
  const { page } = visitor

  await page.goto('/')
  await page.getByLabel('What').fill('harps')
  await button(page, 'Search').click()
  await link(page, 'Night of the Harps').click()
  assert.equal(pathOf(page), `/events/${event.id}`)
  await page.getByText('€75.00').first().waitFor()

  await link(page, 'Sign in to buy').click()
  await link(page, 'Create an account').click()
  await page.getByLabel('Name').fill('Nora Barnacle')
  await page.getByLabel('E-mail address').fill('nora@shop.example')
  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Create account').click()

  assert.equal(pathOf(page), `/events/${event.id}`, 'it leads back to the event')
  await page.getByLabel('How many').selectOption('3')
  await buyAndPay(page)

  await heading(page, 'You are going to Night of the Harps').waitFor()
  const codes = await page.getByRole('code').allTextContents()
  assert.equal(codes.length, 3)
  await page.getByText('€225.00').waitFor()
  await picture(page, 'order')

  await link(page, 'All my tickets').click()
  await heading(page, 'Night of the Harps').waitFor()
  await link(page, 'Show 3 tickets').click()
  await heading(page, 'You are going to Night of the Harps').waitFor()
  assert.deepEqual(await page.getByRole('code').allTextContents(), codes)
  assert.equal((await readBooks(shop.app.db, event.id)).sold, 3)

  await button(page, 'Sign out').click()
  await page.goto('/tickets')
  assert.equal(pathOf(page), '/sign-in')
  assert.deepEqual(visitor.faults, [])
})

browserTest('a confirmation is in the mailbox, as it would look', async () => {
  const event = await shop.create({ name: 'Mail & Parcels', description: '' })
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await signIn(page, buyer.email)
  await page.goto(`/events/${event.id}`)
  await buyAndPay(page)
  await heading(page, /You are going to/).waitFor()

  await page.goto('/mailbox')
  for (let attempt = 0; attempt < 40; attempt += 1) {
    if ((await link(page, 'Your tickets for Mail & Parcels').count()) > 0) break
    await page.waitForTimeout(250)
    await page.reload()
  }
  await link(page, 'Your tickets for Mail & Parcels').click()
  await page.getByText(buyer.email).first().waitFor()
  const mail = page.frameLocator('iframe')
  await mail.getByText('You are going to Mail & Parcels').waitFor()
  assert.equal(await mail.getByText(/^TCK-/).count(), 2)
  const background = mail.locator('body')
  assert.equal(await background.evaluate((body) => getComputedStyle(body).backgroundColor), 'rgb(244, 241, 234)') // prettier-ignore
  assert.deepEqual(visitor.faults, [])
})

browserTest('a wrong password keeps the address and says what is wrong', async () => {
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await signIn(page, buyer.email, 'not the password')
  await link(page, 'See “E-mail address” below.').click()
  const field = page.getByLabel('E-mail address')
  assert.equal(await field.evaluate((element) => element === document.activeElement), true)
  assert.equal(await descriptionOf(field), 'E-mail address or password is wrong.')
  assert.equal(await page.getByLabel('E-mail address').inputValue(), buyer.email)
  assert.equal(await page.getByLabel('Password').inputValue(), '')

  await page.getByLabel('Password').fill(PASSWORD)
  await button(page, 'Sign in').click()
  assert.equal(pathOf(page), '/')
})

browserTest('signing in never leads to another site', async () => {
  const buyer = await signUp(shop.app)
  for (const next of ['//evil.example', '/\\evil.example', 'https://evil.example/', '/.//evil']) {
    await using visitor = await visit(base)
    const { page } = visitor
    await page.goto(`/sign-in?next=${encodeURIComponent(next)}`)
    await page.getByLabel('E-mail address').fill(buyer.email)
    await page.getByLabel('Password').fill(PASSWORD)
    await button(page, 'Sign in').click()
    assert.equal(page.url(), `${base}/`, next)
    assert.deepEqual(visitor.faults, [])
  }
})

browserTest('a name that is taken and a weak password are explained', async () => {
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await page.goto('/sign-up')
  await page.getByLabel('Name').fill('Zoë')
  await page.getByLabel('E-mail address').fill(buyer.email.toUpperCase())
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByLabel('Organize events').check()
  await button(page, 'Create account').click()
  await page.getByRole('alert').getByText('The account was not created').waitFor()
  assert.match(await descriptionOf(page.getByLabel('E-mail address')), /exists already/)
  assert.equal(await page.getByLabel('Name').inputValue(), 'Zoë')
  assert.ok(
    await page.getByLabel('Organize events').isChecked(),
    "await page.getByLabel('Organize events').isChecked()",
  )

  await page.getByLabel('E-mail address').fill('zoe@shop.example')
  await page.getByLabel('Password').fill('password')
  await button(page, 'Create account').click()
  await link(page, 'See “Password” below.').waitFor()
  assert.match(await descriptionOf(page.getByLabel('Password')), /Choose another/)
})

browserTest('the last ticket sells out in front of whoever was slower', async () => {
  const event = await shop.create({ name: 'One Seat', total_tickets: 1 })
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await signIn(page, buyer.email)
  await page.goto(`/events/${event.id}`)
  await shop.buy({ event_id: event.id, quantity: 1 })
  await button(page, 'Buy now').click()
  await page.getByRole('alert').getByText('Nothing was bought').waitFor()
  await heading(page, 'Sold out').waitFor()
  await picture(page, 'sold-out')

  // The list may be a second old.
  const soldOut = page.getByRole('listitem').filter({ hasText: 'One Seat' }).getByText('Sold out')
  for (let tries = 0; tries < 30 && !(await soldOut.isVisible()); tries += 1) {
    await page.goto('/')
    await page.waitForTimeout(100)
  }
  await soldOut.waitFor()
})

browserTest('each state of a sale is told, and sells only when it should', async () => {
  await using visitor = await visit(base)
  const { page } = visitor
  const showsNoForm = async (event: Event, title: string | RegExp) => {
    await page.goto(`/events/${event.id}`)
    await heading(page, title).waitFor()
    assert.equal(await link(page, 'Sign in to buy').count(), 0)
  }
  const later = await shop.create({ on_sale_at: '2035-06-01T10:00:00Z', timezone: 'Asia/Tokyo' })
  await showsNoForm(later, 'Sale starts Fri 1 Jun 2035, 19:00 (UTC+9)')

  const paused = await shop.create({ name: 'Paused' })
  await shop.change(paused.id, { sales_paused: true })
  await showsNoForm(paused, 'The sale is paused')

  const cancelled = await shop.create({ name: 'Called off' })
  await shop.call({
    method: 'POST',
    url: `/api/v1/events/${cancelled.id}/cancel`,
    by: shop.organizer,
  })
  await showsNoForm(cancelled, 'This event is cancelled')

  const draft = await shop.create({ name: 'Secret', status: 'draft' })
  await page.goto(`/events/${draft.id}`)
  await heading(page, 'There is nothing here').waitFor()
})

browserTest('a choice of ticket types buys the chosen one', async () => {
  const event = await shop.create({
    ticket_price: 20,
    total_tickets: 30,
    ticket_types: [
      { name: 'Standing', price: 20, capacity: 20 },
      { name: 'Balcony', price: 45, capacity: 10 },
    ],
  })
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await signIn(page, buyer.email)
  await page.goto(`/events/${event.id}`)
  await page.getByLabel(/Balcony/).check()
  await page.getByLabel('How many').selectOption('2')
  await buyAndPay(page)
  await page.getByText('€90.00').waitFor()
  assert.deepEqual(
    await shop.app.db.query('select remaining from ticket_type_stock where event_id = $1', [
      event.id,
    ]),
    [{ remaining: 20 }, { remaining: 8 }],
  )
})

browserTest('more than one person may have is refused beside the form', async () => {
  const event = await shop.create({ max_per_user: 3 })
  const buyer = await signUp(shop.app)
  await using visitor = await visit(base)
  const { page } = visitor
  await signIn(page, buyer.email)
  for (const quantity of ['2', '3']) {
    await page.goto(`/events/${event.id}`)
    await page.getByLabel('How many').selectOption(quantity)
    await button(page, 'Buy now').click()
  }
  await link(page, 'See “How many” below.').waitFor()
  const howMany = page.getByLabel('How many')
  assert.match(await descriptionOf(howMany), /You may have 1 more for this event, not 3\./)
  assert.equal(await howMany.inputValue(), '3')
  await page.getByLabel('How many').selectOption('1')
  await buyAndPay(page)
  await heading(page, /You are going to/).waitFor()
})

browserTest('a search narrows, says so, and leads back from nothing', async () => {
  await shop.create({ name: 'Accordion Friday', category: 'Polka', city: 'Kraków' })
  await shop.create({ name: 'Accordion Sunday', category: 'Tango', city: 'Rosario' })
  await using visitor = await visit(base, { width: 1280 })
  const { page } = visitor
  await page.goto('/')
  await page.getByLabel('What').fill('acordion')
  await button(page, 'Search').click()
  await link(page, 'Accordion Friday').waitFor()
  await link(page, 'Accordion Sunday').waitFor()

  await page.getByRole('navigation', { name: 'Categories' }).getByText('Polka').click()
  await link(page, 'Accordion Friday').waitFor()
  assert.equal(await link(page, 'Accordion Sunday').count(), 0)

  await page.getByLabel('Where').fill('Rosario')
  await button(page, 'Search').click()
  await heading(page, 'Nothing found').waitFor()
  await picture(page, 'nothing-found')
  await link(page, /^In any category *1 event$/).waitFor()
  await link(page, /^In any city *1 event$/).click()
  await link(page, 'Accordion Friday').waitFor()
  await page.goBack()
  await link(page, 'Show all events').click()
  assert.equal(page.url(), `${base}/`)

  await page.goto('/?category=Polka')
  await link(page, /^Polka.*show without/)
    .first()
    .click()
  assert.equal(page.url(), `${base}/`, 'a second press undoes the first')
})

browserTest('a search that cannot be is explained and kept', async () => {
  await using visitor = await visit(base)
  const { page } = visitor
  await page.goto('/?max_price=cheap&q=rock')
  await page.getByRole('alert').getByText('Enter the price as a number').waitFor()
  assert.equal(await page.getByLabel('Price up to').inputValue(), 'cheap')
  await page.goto('/?q=%00')
  await page.getByRole('alert').waitFor()
})

browserTest('a long list goes on over the next page and back', async () => {
  for (let number = 1; number <= 26; number += 1) {
    await shop.create({ name: `Night ${number}`, category: 'Marathon', city: 'Turin' })
  }
  await using visitor = await visit(base)
  const { page } = visitor
  await page.goto('/?category=marathon')
  assert.equal(await link(page, /^Night/).count(), 24)
  await link(page, 'More events').click()
  assert.equal(await link(page, /^Night/).count(), 2)
  await link(page, 'Back to the first page').click()
  assert.equal(await link(page, /^Night/).count(), 24)
  await page.goto('/?category=marathon&cursor=nonsense')
  assert.equal(await link(page, /^Night/).count(), 24)
})

browserTest('what organizers write is shown and never run', async () => {
  const attack = `"><img src=x onerror=alert(1)><script>alert(2)</script></script><svg onload=alert(3)>`
  const event = await shop.create({
    name: `N ${attack}`,
    description: `</script>${attack}\n\nSecond line`,
    venue: `V ${attack}`,
    category: `"><script>alert(4)</script>`,
    city: `'><img src=x onerror=alert(5)>`,
    ticket_types: [{ name: `T ${attack}`, price: 75, capacity: 500 }],
  })
  const buyer = await signUp(shop.app, { name: `B ${attack}`.slice(0, 100) })
  await using visitor = await visit(base, { script: true })
  const { page } = visitor
  await signIn(page, buyer.email)
  for (const path of ['/', `/events/${event.id}`, `/?q=${encodeURIComponent(attack)}`]) {
    await page.goto(path)
  }
  await page.goto(`/events/${event.id}`)
  await heading(page, /<img src=x onerror=alert\(1\)>/).waitFor()
  const jsonLd = await page.locator('script[type="application/ld+json"]').textContent()
  assert.equal((JSON.parse(jsonLd ?? '') as { name: string }).name, event.name)
  const scripts = page.locator('script:not([type="application/ld+json"])')
  for (const script of await scripts.all()) {
    assert.match((await script.getAttribute('src')) ?? '', /^\/assets\//)
    assert.equal(await script.textContent(), '')
  }
  assert.match(await page.locator('.event-description').innerText(), /\n\nSecond line$/)

  await buyAndPay(page)
  await heading(page, /You are going to/).waitFor()
  await page.goto('/tickets')
  await page.goto('/mailbox')
  await page.waitForTimeout(500)
  assert.deepEqual(visitor.faults, [])
})

browserTest('every page fits a narrow screen and can be tapped', async () => {
  const long = 'Donaudampfschifffahrtsgesellschaftskapitänsmütze'
  const event = await shop.create({ name: `${long} ${long}`, venue: long, city: long })
  const buyer = await signUp(shop.app, { name: long })
  await using visitor = await visit(base, { script: true, width: 320 })
  const { page } = visitor
  const paths = ['/', '/?q=x&available=yes', '/sign-in', '/sign-up', '/docs/errors', '/mailbox']
  const signedIn = ['/', `/events/${event.id}`, '/tickets', '/events/999999']
  for (const path of [...paths, 'sign in', ...signedIn]) {
    if (path === 'sign in') await signIn(page, buyer.email)
    else await page.goto(path)
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 320, path)
    assert.deepEqual(await page.evaluate(smallTargets), [], path)
    assert.equal(await page.locator('h1').count(), 1, path)
  }
})

/** Runs in the page: what somebody would miss with a thumb. Links within a sentence may be small. */
function smallTargets(): string[] {
  const TAP = 44
  return [...document.querySelectorAll('a, button, select, summary, input:not([type=hidden])')]
    .filter((element) => {
      const { width, height } = element.getBoundingClientRect()
      const isHidden =
        width === 0 || element.closest('details:not([open]) > :not(summary)') !== null
      const isInText = element.matches('p a, .notice a, .card-name a')
      const isInLabel = element.matches('label input')
      return !isHidden && !isInText && !isInLabel && !element.matches('.skip-link') && height < TAP
    })
    .map((element) => `${element.tagName} ${element.textContent.trim()}`)
}
