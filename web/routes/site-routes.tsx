/** What a site has besides its pages: styles, icon, word to robots, and the list of error codes. */
import { type Asset, favicon, scripts, stylesheet } from '../assets.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { formOf } from '../form.ts'
import { ErrorCodesPage } from '../pages/error-codes-page.tsx'
import { sendPage } from '../send-page.ts'
import { type PageRoutes, page } from './page-route.ts'

const ASSETS = new Map<string, Asset>(
  [stylesheet, favicon, ...Object.values(scripts)].map((asset) => [asset.path, asset]),
)

const ROBOTS = `User-agent: *
Disallow: /tickets
Disallow: /checkout
Disallow: /sign-in
Disallow: /sign-up
Disallow: /mailbox
Disallow: /api/
`

export function siteRoutes({ app, findVisitor }: PageRoutes): void {
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

  app.get('/robots.txt', page, async (_request, reply) => {
    return await reply.header('Content-Type', 'text/plain; charset=utf-8').send(ROBOTS)
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
