import { Type } from 'typebox'
import { Event as EventSchema, EventParams, IfMatchHeaders } from '../../contracts/event.ts'
import {
  PICTURE_BYTES_MAX,
  UploadPictureBody,
  UploadPictureQuery,
} from '../../contracts/picture.ts'
import { AppError } from '../../kernel/errors.ts'
import type { HttpApp } from '../../platform/http/server.ts'
import { tags } from './browsing-routes.ts'
import { changePicture, removePicture } from './change-picture.ts'
import { sendEvent } from './event-answers.ts'
import { EVENT } from './event-desk.ts'
import { PICTURE, readPictureName } from './picture.ts'
import { findPictureBytes } from './pictures.sql.ts'
import { type EventRoutesDeps, commandOf } from './routes.ts'

const security = [{ bearer: [] }]

export function pictureRoutes(app: HttpApp, deps: EventRoutesDeps): void {
  void app.register((scope, _options, done) => {
    uploadRoute(scope, deps)
    done()
  })

  app.delete(
    `${EVENT}/picture`,
    {
      config: { access: 'organizer', refusals: ['event_cancelled', 'precondition_failed'] },
      schema: {
        summary: 'Take the picture of an event away',
        tags,
        security,
        params: EventParams,
        headers: IfMatchHeaders,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const event = await removePicture(deps, commandOf(request))
      deps.cache.clear()
      return await sendEvent(reply, event)
    },
  )

  app.get(
    PICTURE,
    {
      config: { access: 'public' },
      schema: { hide: true, params: Type.Object({ name: Type.String() }) },
    },
    async (request, reply) => {
      const file = readPictureName(request.params.name)
      const bytes = file && (await findPictureBytes(deps.db, file))
      if (bytes === undefined) throw new AppError('not_found')
      return await reply
        .header('Content-Type', `image/${file?.format ?? ''}`)
        .header('Cache-Control', 'public, max-age=31536000, immutable')
        // Nothing in it could run; this holds should a browser ever think otherwise.
        .header('Content-Security-Policy', "default-src 'none'; sandbox")
        .send(bytes)
    },
  )
}

/** Each may have ten megabytes, and is in memory from its first byte on. */
export const UPLOADS_MAX = 8
const RETRY_AFTER_SECONDS = 5

/** Sends away who comes while many are uploading, before a byte of their file is read. */
function limitUploads(scope: HttpApp): void {
  let running = 0
  scope.addHook('preParsing', (_request, { raw }, payload, done) => {
    if (running >= UPLOADS_MAX) {
      const detail = 'Too many pictures are being uploaded right now. Try again in a moment.'
      done(new AppError('unavailable', { detail, retryAfterSeconds: RETRY_AFTER_SECONDS }))
      return
    }
    running += 1
    let isOver = false
    const leave = () => {
      if (!isOver) running -= 1
      isOver = true
    }
    // Answered, or gone before that.
    raw.once('finish', leave).once('close', leave)
    done(null, payload)
  })
}

/** In a scope of its own: nowhere else is a body of another type than JSON read. */
function uploadRoute(scope: HttpApp, deps: EventRoutesDeps): void {
  limitUploads(scope)
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(/^image\//, { parseAs: 'buffer' }, (_request, body, parsed) => {
    parsed(null, body)
  })
  scope.addContentTypeParser('*', (_request, _payload, parsed) => {
    parsed(
      new AppError('unsupported_media_type', {
        field: 'Content-Type',
        detail: 'The body must be the file of a picture, sent as image/jpeg or what it is.',
      }),
    )
  })
  scope.put(
    `${EVENT}/picture`,
    {
      config: {
        access: 'organizer',
        refusals: ['invalid_value', 'event_cancelled', 'precondition_failed'],
      },
      bodyLimit: PICTURE_BYTES_MAX,
      schema: {
        summary: 'Give an event a picture',
        description:
          'The body is the file: JPEG, PNG, WebP or AVIF, at most 10 MiB and 50 megapixels, not animated. It is cut to 16:9 around its middle and encoded anew, so that nothing else that is in the file is served. Replaces the picture that the event has.',
        tags,
        security,
        params: EventParams,
        querystring: UploadPictureQuery,
        headers: IfMatchHeaders,
        body: UploadPictureBody,
        response: { 200: EventSchema },
      },
    },
    async (request, reply) => {
      const body: unknown = request.body
      const upload = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
      const { alt } = request.query
      const event = await changePicture(deps, { ...commandOf(request), upload, alt })
      deps.cache.clear()
      return await sendEvent(reply, event)
    },
  )
}
