import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../../kernel/errors.ts'
import { createWorkQueue } from '../../platform/work-queue.ts'
import { recordChange } from './change-event.ts'
import type { ChangeDeps } from './create-event.ts'
import { optionalLine } from './event-fields.ts'
import { type Event, requireOwner } from './event.ts'
import { type EventCommand, requireEvent, withEventLocked } from './lock-event.ts'
import { type StoredPicture, pictureOf } from './picture.ts'
import { deletePictureFiles, insertPictureFiles, updateEventPicture } from './pictures.sql.ts'
import { type EncodedPicture, type PictureFile, reencodePicture } from './reencode-picture.ts'

/** A picture takes a core for about a second, and the sale has two: one at a time, and few wait. */
const decoding = createWorkQueue({
  runningMax: 1,
  waitingMax: 4,
  retryAfterSeconds: 5,
  refusal: 'Too many pictures are being made ready right now. Try again in a moment.',
})

/**
 * Gives an event a picture in the place of the one it has, at any time before it is cancelled. The
 * same picture with the same text leaves the version alone.
 * @param command.upload The file as it was uploaded.
 * @param command.alt What the picture shows.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `event_cancelled`,
 * `invalid_request`, `invalid_value`, `unavailable`
 */
export async function changePicture(
  deps: ChangeDeps,
  command: EventCommand & { upload: Buffer; alt: string | undefined },
): Promise<Event> {
  // Decoding is dear: nobody causes it who may not change the event anyway.
  const known = await requireEvent(deps.db, command.eventId)
  requireOwner(known, command.principal)
  const alt = optionalLine('alt', command.alt)
  const encoded = await decoding.run(async () => await reencodePicture(command.upload))
  const files = [...encoded.files, encoded.card]
  const picture = { hash: hashOf(command.eventId, encoded), colour: encoded.colour, alt }
  return await replacePicture(deps, { ...command, picture, files })
}

/**
 * Takes the picture of an event away. Doing it again changes nothing, and is no conflict with the
 * version that the first time has made.
 * @throws AppError `not_found`, `forbidden`, `precondition_failed`, `event_cancelled`
 */
export async function removePicture(deps: ChangeDeps, command: EventCommand): Promise<Event> {
  return await replacePicture(deps, { ...command, picture: null, files: [] })
}

async function replacePicture(
  deps: ChangeDeps,
  command: EventCommand & { picture: StoredPicture | null; files: readonly PictureFile[] },
): Promise<Event> {
  const { eventId, picture, files } = command
  const wanted = picture && pictureOf(picture)
  const isDone = (event: Event) => isDeepStrictEqual(event.picture, wanted)
  return await withEventLocked(
    deps,
    command,
    async (tx, event) => {
      if (isDone(event)) return event
      if (event.status === 'cancelled') throw new AppError('event_cancelled')
      await deletePictureFiles(tx, eventId)
      if (picture !== null) await insertPictureFiles(tx, picture.hash, files)
      await updateEventPicture(tx, eventId, picture)
      const action = picture === null ? 'event.picture_removed' : 'event.picture_changed'
      return await recordChange(tx, deps, { command, event, action })
    },
    isDone,
  )
}

/**
 * The event is part of the name, so that no two events share files: those of one can be deleted
 * without asking about others.
 */
const hashOf = (eventId: number, { files, card }: EncodedPicture): string =>
  [...files, card]
    .reduce((hash, { bytes }) => hash.update(bytes), createHash('sha256').update(`${eventId} `))
    .digest('hex')
    .slice(0, 32)
