/** The picture of an event, as the API and the pages know it. */
import { type Static, Type } from 'typebox'

export const PICTURE_BYTES_MAX = 10 * 1024 * 1024
/** What a picture shows fits into a sentence or two. */
const ALT_LENGTH_MAX = 300

const Address = Type.String({ description: 'A path on this host; what is there never changes.' })

export const Picture = Type.Object({
  colour: Type.String({ description: '#rrggbb, to be shown until the picture has come.' }),
  alt: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'What the picture shows, for those who do not see it.',
  }),
  width: Type.Integer({ description: 'Of the widest.' }),
  height: Type.Integer(),
  urls: Type.Array(
    Type.Object({
      width: Type.Integer(),
      height: Type.Integer(),
      webp: Address,
      jpeg: Address,
    }),
  ),
  card: Type.String({ description: 'JPEG of 1200x630, for previews of links.' }),
})
export type Picture = Static<typeof Picture>

export const UploadPictureQuery = Type.Object(
  {
    alt: Type.Optional(
      Type.String({
        maxLength: ALT_LENGTH_MAX,
        description: 'What the picture shows, for those who do not see it.',
      }),
    ),
  },
  { additionalProperties: false },
)

const Bytes = { schema: Type.Unsafe<Buffer>({ description: 'The file as it is.' }) }

/** The four types that are taken; which it is, is told by the bytes. */
export const UploadPictureBody = {
  content: { 'image/jpeg': Bytes, 'image/png': Bytes, 'image/webp': Bytes, 'image/avif': Bytes },
}
