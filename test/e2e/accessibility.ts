/** What axe finds wrong with a page for people who do not see, hear or move as others do. */
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { AxeResults, RunOptions } from 'axe-core'
import type { Page } from 'playwright-core'

const RULES: RunOptions = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice'],
  resultTypes: ['violations'],
  // Frames hold mails, which are not ours to arrange, in a sandbox that runs nothing.
  iframes: false,
}

const source = readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What depends on the colours; all else is the same in light and in dark. */
const COLOURS: RunOptions = { ...RULES, runOnly: ['color-contrast', 'link-in-text-block'] }

/**
 * Lets axe look at a page as it stands. It runs in a world of its own, so that neither the policy of
 * the page is in its way nor it in the way of the page.
 * @param about All there is, or what depends on colours alone.
 * @returns What it found, one text for each rule.
 */
export async function accessibilityFaults(
  page: Page,
  about: 'everything' | 'colours' = 'everything',
): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  try {
    const { frameTree } = await session.send('Page.getFrameTree')
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    })
    await session.send('Runtime.evaluate', { contextId, expression: `${await source};0` })
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
      contextId,
      expression: `axe.run(document, ${JSON.stringify(about === 'colours' ? COLOURS : RULES)})`,
      awaitPromise: true,
      returnByValue: true,
    })
    assert.equal(exceptionDetails, undefined, 'axe looked at the page')
    const { violations, testEngine } = result.value as AxeResults
    assert.equal(testEngine.name, 'axe-core')
    return violations.map(inWords)
  } finally {
    await session.detach()
  }
}

function inWords({ id, impact, help, nodes }: AxeResults['violations'][number]): string {
  const places = nodes.map(
    ({ target, html, failureSummary }) =>
      `  at ${target.join(' ')}\n    ${html.slice(0, 300)}\n    ${failureSummary?.replace(/\s+/g, ' ') ?? ''}`,
  )
  return [`${id} (${impact ?? 'minor'}): ${help}`, ...places].join('\n')
}
