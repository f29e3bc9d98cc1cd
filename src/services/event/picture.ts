/** Where the files of an event's picture are, and how large. */
import type { Picture } from '../../contracts/picture.ts'

/** Heights follow: all are 16:9. */
const WIDTHS = [480, 960, 1600] as const
export const PICTURE_SIZES = WIDTHS.map((width) => ({ width, height: (width * 9) / 16 }))
export const WIDEST = { width: 1600, height: 900 } as const
/** What social networks show beside a link. */
export const CARD_SIZE = { width: 1200, height: 630 } as const

export type PictureFormat = 'webp' | 'jpeg'

/** What an event keeps of its picture. */
export interface StoredPicture {
  hash: string
  colour: string
  alt: string | null
}

/** Names one file of a picture. */
export interface PictureFileName {
  hash: string
  width: number
  format: PictureFormat
}

const PATH = '/pictures'
export const PICTURE = `${PATH}/:name`

const EXTENSIONS = { webp: 'webp', jpeg: 'jpg' } as const
const NAME = /^([0-9a-f]{32})-([1-9]\d{2,3})\.(webp|jpg)$/

const addressOf = ({ hash, width, format }: PictureFileName): string =>
  `${PATH}/${hash}-${width}.${EXTENSIONS[format]}`

/** @returns Undefined when no picture can have this name. */
export function readPictureName(name: string): PictureFileName | undefined {
  const [, hash, width, extension] = NAME.exec(name) ?? []
  if (hash === undefined) return undefined
  return { hash, width: Number(width), format: extension === 'webp' ? 'webp' : 'jpeg' }
}

export const pictureOf = ({ hash, colour, alt }: StoredPicture): Picture => ({
  colour,
  alt,
  ...WIDEST,
  urls: PICTURE_SIZES.map(({ width, height }) => ({
    width,
    height,
    webp: addressOf({ hash, width, format: 'webp' }),
    jpeg: addressOf({ hash, width, format: 'jpeg' }),
  })),
  card: addressOf({ hash, width: CARD_SIZE.width, format: 'jpeg' }),
})
