/** What a site has besides its pages: styles, icon, word to robots, and the list of error codes. */
import type { VNode } from 'preact'
import { type Asset, favicon, scripts, stylesheet } from '../assets.ts'
import { SAMPLE_USER } from '../design-samples.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { formOf } from '../form.ts'
import { DesignPage } from '../pages/design-page.tsx'
import { ErrorCodesPage } from '../pages/error-codes-page.tsx'
import { SAMPLE_PAGES } from '../pages/sample-pages.tsx'
import { sendPage } from '../send-page.ts'
import { eventIndex, sitemapXml } from '../sitemap.ts'
import { type Visitor, stranger } from '../visitor.ts'
import { type PageRoutes, page } from './page-route.ts'

const ASSETS = new Map<string, Asset>(
  [stylesheet, favicon, ...Object.values(scripts)].map((asset) => [asset.path, asset]),
)

const SITEMAP_KEPT = 'public, max-age=600'

const ROBOTS = `User-agent: *
Disallow: /tickets
Disallow: /checkout
Disallow: /sign-in
Disallow: /sign-up
Disallow: /account
Disallow: /checkout
Disallow: /mailbox
Disallow: /api/
`

export function siteRoutes({ app, events, findVisitor, origin: ownOrigin }: PageRoutes): void {
  const findEventIds = eventIndex(events, Date.now)

  app.get('/assets/:file', page, async (request, reply) => {
    const asset = ASSETS.get(`/assets/${formOf(request.params)('file')}`)
    if (asset === undefined) throw new AppError('not_found')
    const takesBrotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
    if (takesBrotli) void reply.header('Content-Encoding', 'br')
    return await reply
      .header('Content-Type', asset.type)
      .header('Cache-Control', 'public, max-age=31536000, immutable')
      .header('Vary', 'Accept-Encoding')
      .send(takesBrotli ? asset.compressed : asset.bytes)
  })

  app.get('/robots.txt', page, async (request, reply) => {
    const origin = ownOrigin ?? stranger(request).origin
    const sitemap = origin === undefined ? '' : `Sitemap: ${origin}/sitemap.xml\n`
    return await reply.header('Content-Type', 'text/plain; charset=utf-8').send(ROBOTS + sitemap)
  })

  app.get('/sitemap.xml', page, async (request, reply) => {
    const origin = ownOrigin ?? stranger(request).origin
    // Addresses in it are whole, so without a plausible host there are none.
    if (origin === undefined) throw new AppError('not_found')
    return await reply
      .header('Content-Type', 'application/xml; charset=utf-8')
      .header('Cache-Control', SITEMAP_KEPT)
      .send(sitemapXml(origin, await findEventIds()))
  })

  app.get('/design', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    void reply.header('X-Robots-Tag', 'noindex')
    return await sendPage(reply, samplePage(request.query, visitor))
  })

  app.get('/docs/errors', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    return await sendPage(
      reply,
      <ErrorCodesPage visitor={visitor} />,
      visitor.user === undefined ? 'public' : 'private',
    )
  })
}

/** `?checkout=declined`: that page in that state; otherwise the page of the design itself. */
function samplePage(query: unknown, visitor: Visitor): VNode {
  const form = formOf(query)
  for (const [kind, pages] of Object.entries(SAMPLE_PAGES)) {
    const show = new Map(Object.entries(pages)).get(form(kind))
    if (show !== undefined) return show({ ...visitor, user: SAMPLE_USER })
  }
  return <DesignPage visitor={visitor} />
}
