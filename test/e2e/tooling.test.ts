/** What looks at the pages sees what is wrong with one: each finding is shown on a bad page. */
import assert from 'node:assert/strict'
import type { Page } from 'playwright-core'
import { accessibilityFaults } from './accessibility.ts'
import { browserTest, visit } from './browser.ts'
import { keyboardFaults } from './keyboard.ts'
import { inlineFaults, layoutFaults, outlineFaults } from './page-shape.ts'

const SITE = 'http://shop.example'
/** As strict as that of our pages. */
const POLICY = "default-src 'none'; script-src 'nonce-a'; style-src 'self'; img-src 'self' data:"

/** Opens a page of a made-up site, at which nobody listens. */
async function show(page: Page, body: string, sheet = ''): Promise<void> {
  await page.route(`${SITE}/sheet.css`, async (route) => {
    await route.fulfill({ contentType: 'text/css', body: sheet })
  })
  await page.route(`${SITE}/`, async (route) => {
    await route.fulfill({
      contentType: 'text/html',
      headers: { 'content-security-policy': POLICY },
      body: `<!doctype html><link rel="icon" href="data:,"><link rel="stylesheet" href="/sheet.css">${body}`,
    })
  })
  await page.goto(`${SITE}/`)
}

const assertFound = (faults: string[], ...patterns: RegExp[]) => {
  for (const pattern of patterns) {
    assert.ok(faults.some((fault) => pattern.test(fault)), `${pattern} in:\n${faults.join('\n')}`) // prettier-ignore
  }
}

browserTest('what goes wrong in a browser is noted', async () => {
  await using visitor = await visit(SITE, { script: true })
  const { page, faults } = visitor
  const elsewhere = /^http:\/\/elsewhere\.example\//
  await page.route(elsewhere, async (route) => {
    await route.fulfill({ contentType: 'image/png', body: '' })
  })
  await page.route(`${SITE}/gone.png`, async (route) => {
    await route.fulfill({ status: 404, body: '' })
  })
  await show(
    page,
    `<p onclick="alert(1)">Press</p><img src="http://elsewhere.example/a.png"><img src="/gone.png">
     <script>document.title = 'run'</script>
     <script nonce="a">alert('hello'); console.warn('odd'); throw new Error('broken')</script>`,
  )
  await page.getByText('Press').click()
  assertFound(faults, /^dialog: hello/, /^error: broken/, /^console: odd/, /^404 for .*gone\.png/)
  assertFound(faults, /img-src/, /script-src.*[^]*inline/i)
  assert.notEqual(await page.title(), 'run')
  faults.length = 0

  await page.route(`${SITE}/open`, async (route) => {
    await route.fulfill({
      contentType: 'text/html',
      body: '<img src="http://elsewhere.example/b">',
    })
  })
  await page.goto('/open')
  assertFound(faults, /^asks http:\/\/elsewhere\.example\/b/)
  faults.length = 0
})

browserTest(
  'axe looks at a page whose policy runs no script, and says where it is bad',
  async () => {
    await using visitor = await visit(SITE, { script: true })
    const { page } = visitor
    const sheet = `p { color: #ccc; background: #fff } @media (prefers-color-scheme: dark) { p { color: #000 } }`
    await show(page, '<html lang="en"><title>Bad</title><main><h1>A</h1><p>Pale</p><button></button>', sheet) // prettier-ignore
    assertFound(await accessibilityFaults(page), /^color-contrast.*[^]*at p/, /^button-name/)
    await page.emulateMedia({ colorScheme: 'dark' })
    const inDark = await accessibilityFaults(page)
    assertFound(inDark, /^button-name/)
    assert.ok(!inDark.some((fault) => fault.startsWith('color-contrast')), 'dark has colours of its own') // prettier-ignore
    assert.equal(await page.evaluate('typeof axe'), 'undefined', 'the page has not seen it')
  },
)

browserTest('who cannot see the focus, reach a part or leave it is noticed', async () => {
  await using visitor = await visit(SITE, { script: true })
  const { page } = visitor
  const sheet = `a { outline: none } .over { position: fixed; inset: 0 0 90%; z-index: 1 }`
  await show(
    page,
    `<div class="over"></div><button>Under</button><div class="low"><a href="/x">Unmarked</a></div>
     <button tabindex="-1">Left out</button><input id="fine"><p id="more" tabindex="0">Held</p>
     <button>Never</button>
     <script nonce="a">more.onkeydown = (event) => event.preventDefault()</script>`,
    `${sheet} .low { margin-top: 300px }`,
  )
  const faults = await keyboardFaults(page)
  assertFound(faults, /^BUTTON Under: DIV over covers it/, /^A Unmarked: nothing shows/)
  assertFound(faults, /^held at P Held/, /^Tab never leads to BUTTON Never/)
  assert.equal(faults.length, 4, faults.join('\n'))
})

browserTest('what does not fit, is out of order or inline is noticed', async () => {
  await using visitor = await visit(SITE)
  const { page, faults } = visitor
  await show(
    page,
    `<title>Bad</title><h2>First</h2><h4>Second</h4><main id="a"></main><p id="a"></p>
     <div class="wide">Wide</div><a href="javascript:alert(1)" onclick="alert(2)" style="top:0">x</a>`,
    '.wide { width: 700px }',
  )
  assertFound(await layoutFaults(page), /^on a screen of 320 pixels.*div\.wide/, /^at 200 %/)
  const outline = await outlineFaults(page)
  assertFound(outline, /^lang is ""/, /^h1 is there 0 times/, /^h2 "First" follows h0/)
  assertFound(outline, /^h4 "Second" follows h2/, /^ids that are there twice: a/)
  assertFound(await inlineFaults(page), /^onclick of a/, /^style of a/, /^a .*javascript:/)
  assertFound(faults, /inline style/i)
  faults.length = 0
})
