/** The picture of an event, or the poster of one that has none. */
import type { VNode } from 'preact'
import type { EventListing } from '../needs.ts'
import { Poster } from './poster.tsx'

/** How wide it is shown, for browsers to choose a file before they know the styles. */
const SIZES = {
  card: '(min-width: 64rem) 26rem, (min-width: 42rem) 50vw, 7.25rem',
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
    <>
      <Ground colour={picture.colour} />
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
    </>
  )
}

/** Its colour until the picture has come. Drawn, since the policy of the pages refuses styles in them. */
function Ground({ colour }: { colour: string }): VNode {
  return (
    <svg class="poster" preserveAspectRatio="none" viewBox="0 0 1 1" aria-hidden="true">
      <path d="M0 0h1v1H0z" fill={colour} />
    </svg>
  )
}
