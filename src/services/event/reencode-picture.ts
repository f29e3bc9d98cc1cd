/**
 * Makes of an uploaded picture what the shop serves: always new bytes from decoded pixels, so that
 * nothing else that a file can carry (places, scripts, a second format) comes through.
 */
import sharp, { type OutputInfo, type Stats } from 'sharp'
import { AppError } from '../../kernel/errors.ts'
import { CARD_SIZE, PICTURE_SIZES, type PictureFormat, WIDEST } from './picture.ts'

/** More than any camera makes for a poster; what is beyond would only fill the memory. */
const PIXELS_MAX = 50_000_000
const DECODE_SECONDS_MAX = 10

// Its own threads share the two cores with the sale, and pictures come too rarely to keep them.
sharp.concurrency(1)
sharp.cache(false)

export interface PictureFile {
  width: number
  height: number
  format: PictureFormat
  bytes: Buffer
}

export interface EncodedPicture {
  files: PictureFile[]
  /** JPEG, 1200x630. */
  card: PictureFile
  /** `#rrggbb`, shown until the picture has come. */
  colour: string
}

/**
 * Takes the bytes as they were uploaded, whatever type was declared for them.
 * @throws AppError `invalid_value`: not one of the four formats, too many pixels, animated or broken.
 */
export async function reencodePicture(upload: Buffer): Promise<EncodedPicture> {
  if (!isKnownFormat(upload)) refuse('must be a JPEG, PNG, WebP or AVIF file. Export it as JPEG.')
  try {
    const { pages = 1 } = await sharp(upload, { limitInputPixels: PIXELS_MAX }).metadata()
    if (pages > 1) refuse('must not be animated. Export a single frame.')
    const widest = await cropped(upload)
    const files: PictureFile[] = []
    for (const size of PICTURE_SIZES) {
      for (const format of ['webp', 'jpeg'] as const) {
        files.push(await encoded(widest, size, format))
      }
    }
    const { dominant } = await raw(widest).stats()
    return { files, card: await encoded(widest, CARD_SIZE, 'jpeg'), colour: hex(dominant) }
  } catch (error) {
    if (error instanceof AppError) throw error
    return refuse(`could not be decoded: it is broken, or has more than ${PIXELS_MAX} pixels.`)
  }
}

interface Pixels {
  data: Buffer
  info: OutputInfo
}

/** Decoded once, turned as the camera was held, without transparency. */
const cropped = (upload: Buffer): Promise<Pixels> =>
  sharp(upload, { limitInputPixels: PIXELS_MAX, failOn: 'warning', sequentialRead: true })
    .timeout({ seconds: DECODE_SECONDS_MAX })
    .rotate()
    .resize(WIDEST.width, WIDEST.height, { fit: 'cover' })
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })

const raw = ({ data, info }: Pixels) =>
  sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } })

async function encoded(
  pixels: Pixels,
  { width, height }: { width: number; height: number },
  format: PictureFormat,
): Promise<PictureFile> {
  const sized = raw(pixels).resize(width, height, { fit: 'cover' })
  const bytes = await (
    format === 'webp' ? sized.webp({ quality: 78 }) : sized.jpeg({ quality: 80, mozjpeg: true })
  ).toBuffer()
  return { width, height, format, bytes }
}

const hex = ({ r, g, b }: Stats['dominant']): string =>
  `#${[r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')}`

/** By the first bytes; an AVIF sequence (`avis`) is an animation, and HEIC has other brands. */
function isKnownFormat(bytes: Buffer): boolean {
  const head = bytes.toString('latin1', 0, 12)
  return (
    head.startsWith('\xff\xd8\xff') ||
    head.startsWith('\x89PNG\r\n\x1a\n') ||
    /^RIFF....WEBP/s.test(head) ||
    head.slice(4) === 'ftypavif'
  )
}

function refuse(rule: string): never {
  throw new AppError('invalid_value', { field: 'picture', detail: `The picture ${rule}` })
}
