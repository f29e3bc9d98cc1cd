/** The files of pictures, and which event has which. */
import type { Queryable, Transaction } from '../../platform/postgres.ts'
import type { PictureFileName, StoredPicture } from './picture.ts'
import type { PictureFile } from './reencode-picture.ts'

export async function findPictureBytes(
  db: Queryable,
  { hash, width, format }: PictureFileName,
): Promise<Buffer | undefined> {
  const rows = await db.query<{ bytes: Buffer }>(
    {
      name: 'find_picture',
      text: 'select bytes from pictures where hash = $1 and width = $2 and format = $3',
    },
    [hash, width, format],
  )
  return rows[0]?.bytes
}

/** Deletes the files of an event's picture; ask for it before the event forgets which they are. */
export async function deletePictureFiles(tx: Transaction, eventId: number): Promise<void> {
  await tx.query(
    'delete from pictures where hash = (select picture_hash from events where id = $1)',
    [eventId],
  )
}

export async function insertPictureFiles(
  tx: Transaction,
  hash: string,
  files: readonly PictureFile[],
): Promise<void> {
  await tx.query(
    `insert into pictures (hash, width, format, bytes)
     select $1, f.width, f.format, f.bytes
       from unnest($2::integer[], $3::text[], $4::bytea[]) as f(width, format, bytes)`,
    [
      hash,
      files.map(({ width }) => width),
      files.map(({ format }) => format),
      files.map(({ bytes }) => bytes),
    ],
  )
}

/** Writes which picture an event has, and raises its version. */
export async function updateEventPicture(
  tx: Transaction,
  eventId: number,
  picture: StoredPicture | null,
): Promise<void> {
  await tx.query(
    `update events set version = version + 1,
       picture_hash = $2, picture_colour = $3, picture_alt = $4
     where id = $1`,
    [eventId, picture?.hash ?? null, picture?.colour ?? null, picture?.alt ?? null],
  )
}
