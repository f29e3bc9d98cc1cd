import assert from 'node:assert/strict'
import { test } from 'node:test'
import { h } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Picture } from '../../src/contracts/picture.ts'
import { EventPicture } from './event-picture.tsx'

const picture: Picture = {
  colour: '#102030',
  alt: null,
  width: 1600,
  height: 900,
  urls: [480, 960].map((width) => ({
    ...{ width, height: (width * 9) / 16 },
    ...{ webp: `/pictures/a-${width}.webp`, jpeg: `/pictures/a-${width}.jpg` },
  })),
  card: '/pictures/a-1200.jpg',
}
const event = { id: 1, name: 'A "night"', category: null, picture }
const render = (props: { event: typeof event | { picture: null }; isFirst?: boolean }): string =>
  renderToString(
    h(EventPicture, {
      event: { ...event, ...props.event },
      shape: 'card',
      isFirst: props.isFirst ?? false,
    }),
  )

test('a browser chooses of every width and format, and knows the shape before', () => {
  const html = render({ event })
  assert.match(html, /srcset="\/pictures\/a-480\.webp 480w, \/pictures\/a-960\.webp 960w"/)
  assert.match(html, /srcset="\/pictures\/a-480\.jpg 480w, \/pictures\/a-960\.jpg 960w"/)
  assert.match(html, /src="\/pictures\/a-480\.jpg"/)
  assert.match(html, /width="1600" height="900"/)
  assert.doesNotMatch(html, /style=/)
})

test('its colour is there until it has come, in a way that the policy of the pages allows', () => {
  const html = render({ event })
  assert.match(html, /^<svg[^>]*><path d="[^"]*" fill="#102030"/)
  assert.doesNotMatch(html, /style/)
})

test('only the first is loaded before it is scrolled to', () => {
  assert.match(render({ event }), /loading="lazy"/)
  const first = render({ event, isFirst: true })
  assert.match(first, /fetchpriority="high"/)
  assert.doesNotMatch(first, /lazy/)
})

test('it is described by its own text, else by the name of the event', () => {
  assert.match(render({ event }), /alt="A &quot;night&quot;"/)
  const described = { ...event, picture: { ...picture, alt: 'Harps' } }
  assert.match(render({ event: described }), /alt="Harps"/)
})

test('an event without a picture has its poster', () => {
  const html = render({ event: { picture: null } })
  assert.match(html, /^<svg class="poster"/)
})
