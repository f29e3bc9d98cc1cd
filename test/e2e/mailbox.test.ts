/** Mails in the mailbox, and the pages that links in them lead to, in a browser. */
import assert from 'node:assert/strict'
import { PNG } from 'pngjs'
import { orderConfirmationMail } from '../../src/services/notification/mails/order-confirmation.ts'
import { storeMail } from '../../src/services/notification/mails.sql.ts'
import { signUp } from '../support/accounts.ts'
import { startApp } from '../support/app.ts'
import { mailTo, tokenIn } from '../support/mailbox.ts'
import { browserTest, picture, visit } from './browser.ts'

const HOSTILE = '<img src=x onerror=alert(1)><script>alert(2)</script>'

function redPicture(): Buffer {
  const png = new PNG({ width: 40, height: 40 })
  for (let at = 0; at < png.data.length; at += 4) png.data.set([255, 0, 0, 255], at)
  return PNG.sync.write(png)
}

browserTest('a mail shows its pictures, and what people typed does nothing in it', async () => {
  await using app = await startApp()
  const url = await app.listen()
  await app.db.transaction(async (tx) => {
    await storeMail(
      tx,
      orderConfirmationMail({
        orderId: 7,
        buyer: { id: 5, name: HOSTILE, email: 'alice@shop.example', language: 'en' },
        event: {
          ...{ name: HOSTILE, venue: `"${HOSTILE}`, city: HOSTILE, currency: 'EUR' },
          ...{ startsAt: new Date('2030-06-01T18:00:00Z'), timezone: 'Europe/Vienna' },
        },
        totalPriceCents: 15_000,
        tickets: [{ ticketCode: 'TCK-ABC123', qrPng: redPicture() }],
        links: { order: 'https://tickets.example/o' },
      }),
      null,
    )
  })
  await using visitor = await visit(url, { script: true })
  const { page, faults } = visitor
  await page.goto('/mailbox')
  await page.getByRole('link', { name: /Your tickets for/ }).click()
  const frame = page.frameLocator('iframe')
  await frame.getByText('TCK-ABC123').waitFor()
  assert.equal(await frame.locator('img').count(), 1)
  const shot = PNG.sync.read(await frame.locator('img').screenshot())
  const middle = (Math.floor(shot.height / 2) * shot.width + Math.floor(shot.width / 2)) * 4
  assert.deepEqual([...shot.data.subarray(middle, middle + 3)], [255, 0, 0], 'the picture is drawn')
  await picture(page, 'mailbox-mail')
  assert.deepEqual(faults, [])
})

browserTest(
  'a forgotten password: from the sign-in page through the mail to signing in',
  async () => {
    await using app = await startApp()
    const url = await app.listen()
    const { email } = await signUp(app)
    await using visitor = await visit(url)
    const { page, faults } = visitor
    await page.goto('/sign-in')
    await page.getByRole('link', { name: 'Forgot your password?' }).click()
    await picture(page, 'forgot-password')
    await page.getByLabel('E-mail address').fill(email)
    await page.getByRole('button', { name: 'Send me the link' }).click()
    await page.getByText('the link is on its way').waitFor()
    await picture(page, 'link-sent')

    const token = tokenIn(await mailTo(app.db, email, 'password-reset-'))
    await page.goto(`/reset?token=${token}`)
    await page.getByLabel('New password').fill('password1')
    await page.getByRole('button', { name: 'Change my password' }).click()
    await page.getByText('among the first that others would guess').first().waitFor()
    await picture(page, 'reset-refused')
    await page.getByLabel('New password').fill('another quiet evening')
    await page.getByRole('button', { name: 'Change my password' }).click()
    await page.getByRole('heading', { name: 'Your password is changed' }).waitFor()
    await picture(page, 'reset-done')
    await page.getByRole('main').getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('E-mail address').fill(email)
    await page.getByLabel('Password').fill('another quiet evening')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
    assert.deepEqual(faults, [])
  },
)

browserTest('an address is confirmed by one press, and only once', async () => {
  await using app = await startApp()
  const url = await app.listen()
  const { email } = await signUp(app)
  const token = tokenIn(await mailTo(app.db, email, 'verification-'))
  await using visitor = await visit(url, { width: 1_280 })
  const { page, faults } = visitor
  await page.goto(`/verify?token=${token}`)
  await picture(page, 'verify')
  await page.getByRole('button', { name: 'Yes, it is mine' }).click()
  await page.getByText('Your address is confirmed.').waitFor()
  await picture(page, 'verify-done')
  await page.goto(`/verify?token=${token}`)
  await page.getByRole('button', { name: 'Yes, it is mine' }).click()
  await page.getByRole('heading', { name: 'This link is no longer good' }).waitFor()
  await picture(page, 'dead-link')
  assert.deepEqual(faults, [])
})
