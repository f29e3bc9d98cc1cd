import { Type } from 'typebox'
import { EventParams } from '../../contracts/event.ts'
import { LiveEvent } from '../../contracts/live-event.ts'
import type { EventStreams } from '../../platform/http/event-streams.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { tags } from './browsing-routes.ts'
import { SHARED } from './event-answers.ts'
import { EVENT } from './event-desk.ts'
import type { LiveEvents } from './live-events.ts'

const STREAM = 'text/event-stream'

/** What changes about an event, pushed to whoever asks for a stream and told to others once. */
export function liveRoutes(
  app: HttpApp,
  { live, streams }: { live: LiveEvents; streams: EventStreams },
): void {
  // Before the server waits for what is still being answered.
  app.addHook('preClose', (done) => {
    streams.close()
    done()
  })

  app.get(
    `${EVENT}/live`,
    {
      config: { access: 'public' },
      schema: {
        summary: 'What changes about an event, as it changes',
        description:
          'With `Accept: text/event-stream`, as EventSource sends it: server-sent events without a name, each with this object as its data; one at once, unless Last-Event-ID names what is the case, and then one within a second or two of every change. While there are too many streams it is 503: ask without that header then, every few seconds.',
        tags,
        params: EventParams,
        response: {
          200: {
            description: 'As it is now; or the stream.',
            content: {
              'application/json': { schema: LiveEvent },
              [STREAM]: { schema: Type.String() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { id } = request.params
      if (request.method === 'GET' && request.headers.accept?.includes(STREAM) === true) {
        await live.watch(id, request, reply)
        return
      }
      return await reply
        .header('Cache-Control', SHARED)
        .header('Vary', 'Accept')
        .header('Content-Type', 'application/json; charset=utf-8')
        .send(await live.find(id))
    },
  )
}
