/** The picture of an event, or the poster of one that has none. */
import type { VNode } from 'preact'
import type { EventListing } from '../needs.ts'
import { Poster } from './poster.tsx'

/** How wide it is shown, for browsers to choose a file before they know the styles. */
const SIZES = {
  card: '(min-width: 42rem) 24rem, 7.25rem',
  lead: '(min-width: 48rem) 60vw, 100vw',
  banner: '100vw',
} as const

export function EventPicture(props: {
  event: Pick<EventListing, 'id' | 'name' | 'category' | 'picture'>
  shape: keyof typeof SIZES
  /** Seen at once, so it is not waited for until it is scrolled to. */
  isFirst: boolean
}): VNode {
  const { event, shape, isFirst } = props
  const { picture } = event
  if (picture === null) return <Poster subject={event} shape={shape} />
  const filesOf = (format: 'webp' | 'jpeg') =>
    picture.urls.map((file) => `${file[format]} ${file.width}w`).join(', ')
  return (
    <picture class="picture">
      <source type="image/webp" srcset={filesOf('webp')} sizes={SIZES[shape]} />
      <img
        class="poster"
        src={picture.urls[0]?.jpeg}
        srcset={filesOf('jpeg')}
        sizes={SIZES[shape]}
        width={picture.width}
        height={picture.height}
        alt={picture.alt ?? event.name}
        {...(isFirst ? { fetchpriority: 'high' } : { loading: 'lazy' })}
      />
    </picture>
  )
}
