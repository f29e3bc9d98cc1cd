import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { NO_CHOICE } from '../components/ticket-choice.tsx'
import { findFacets } from '../facets.ts'
import { findNearSearches } from '../near-searches.ts'
import { PosterCards } from '../poster-cards.ts'
import { formOf, wholeNumber } from '../form.ts'
import type { EventDetails, Events } from '../needs.ts'
import { EventPage } from '../pages/event-page.tsx'
import { EventsPage } from '../pages/events-page.tsx'
import { AppError } from '../../src/kernel/errors.ts'
import type { Language } from '../../src/kernel/language.ts'
import { type Search, readSearch, searchPath } from '../search.ts'
import { seeOther, sendPage } from '../send-page.ts'
import { isShared, sendSharedPage } from '../send-shared-page.ts'
import { searchTexts } from '../texts/search.ts'
import { type PageRoutes, page } from './page-route.ts'

/** Other sites ask for it again after a day. */
const CARD_KEPT = 'public, max-age=86400'

export function eventRoutes(routes: PageRoutes): void {
  const { app, events, findVisitor } = routes
  const posterCards = new PosterCards()
  app.get('/', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const search = readSearch(request.query, visitor.language)
    if (isShared(request, visitor)) {
      return await sendSharedPage({ routes, request, reply, visitor }, async () => {
        const [facets, list] = await Promise.all([
          findFacets(events),
          events.listEvents(search.query),
        ])
        const { items, nextCursor } = list
        return <EventsPage {...{ visitor, search, facets, nextCursor }} events={items} near={[]} />
      })
    }
    const [facets, list] = await Promise.all([
      findFacets(events),
      listEvents(events, search, visitor.language),
    ])
    // A link to a further page that is too old: the first page has what there is now.
    if (list === 'no such page') return await seeOther(reply, searchPath(search.typed, {}))
    const isGood = search.faults.length === 0
    const near =
      isGood && list.items.length === 0
        ? await findNearSearches(events, search.typed, visitor.language)
        : []
    void reply.code(isGood ? 200 : 400)
    return await sendPage(
      reply,
      <EventsPage
        visitor={visitor}
        search={search}
        facets={facets}
        events={list.items}
        near={near}
        nextCursor={list.nextCursor}
      />,
      visitor.user === undefined ? 'public' : 'private',
    )
  })

  app.get('/events/:id', page, async (request, reply) => {
    const visitor = await findVisitor(request)
    const render = async (orderKey: string) => {
      const event = await findShownEvent(events, request)
      return <EventPage {...{ visitor, event, orderKey }} choice={NO_CHOICE} refusal={undefined} />
    }
    if (isShared(request, visitor)) {
      // Whoever buys signs in first: one key for everybody would be one order for each of them.
      return await sendSharedPage({ routes, request, reply, visitor }, async () => await render(''))
    }
    return await sendPage(reply, await render(randomUUID()))
  })

  app.get('/events/:id/card.png', page, async (request, reply) => {
    const event = await findShownEvent(events, request)
    return await reply
      .header('Content-Type', 'image/png')
      .header('Cache-Control', CARD_KEPT)
      .send(await posterCards.find(event))
  })
}

/** @throws AppError `not_found` */
export async function findShownEvent(
  events: Events,
  request: FastifyRequest,
): Promise<EventDetails> {
  const id = wholeNumber(formOf(request.params)('id'))
  const event = id === undefined ? undefined : await events.findEvent(id)
  if (event === undefined) throw new AppError('not_found')
  return event
}

/** Events of a search; what the events refuse joins the faults, and is left out. */
async function listEvents(events: Events, search: Search, language: Language) {
  try {
    return await events.listEvents(search.query)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error
    const { field } = error.details
    if (field === 'cursor') return 'no such page'
    search.faults.push({ field: field ?? 'q', message: searchTexts[language].badSearch })
    return { items: [], nextCursor: undefined }
  }
}
