/** Every event has a poster, made from its id and category: nothing is loaded from anywhere. */
import type { VNode } from 'preact'
import { type Canvas, hashOf, seededRandom } from './poster-art.ts'
import {
  type Motif,
  curtain,
  frames,
  hills,
  lanes,
  laughter,
  meter,
  record,
  strings,
  sunrise,
  tiles,
} from './poster-motifs.tsx'
import { PALETTES, type Palette } from './poster-palettes.ts'

export interface PosterSubject {
  id: number
  category: string | null
}

/** Width and height in the units that the motifs are drawn in. */
const SHAPES = {
  ...{ card: [96, 72], lead: [132, 72], banner: [240, 68], square: [72, 72] },
  link: [120, 63],
} as const

const MOTIFS: readonly [RegExp, readonly Motif[]][] = [
  [/classic|orchestr|opera|jazz|chamber|choir/i, [strings]],
  [/club|electro|techno|house|dj|party/i, [meter]],
  [/festival|open.?air/i, [sunrise]],
  [/concert|music|rock|pop|indie|folk|hip.?hop/i, [record, meter]],
  [/theat|musical|dance|ballet|drama|circus/i, [curtain]],
  [/sport|foot|basket|tennis|run|race|match|hockey/i, [lanes]],
  [/comedy|stand.?up|cabaret|improv/i, [laughter]],
  [/conferen|tech|talk|meetup|workshop|business|summit/i, [tiles]],
  [/film|cinema|art|exhibition|museum|gallery|photo/i, [frames]],
  [/famil|kid|child|food|market|outdoor|nature/i, [hills]],
]
const ANY_MOTIF: readonly Motif[] = [record, tiles, sunrise, frames, hills, strings, meter]

export function Poster(props: { subject: PosterSubject; shape: keyof typeof SHAPES }): VNode {
  const { width, height, nodes } = posterNodes(props.subject, props.shape)
  return (
    <svg
      class="poster"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
      focusable="false"
    >
      {nodes}
    </svg>
  )
}

/** What a poster is drawn of, the ground first. */
export function posterNodes(
  subject: PosterSubject,
  shape: keyof typeof SHAPES,
): { width: number; height: number; nodes: VNode[] } {
  const [width, height] = SHAPES[shape]
  const seed = hashOf(`${subject.category ?? ''} ${subject.id}`)
  const canvas: Canvas = { width, height, palette: paletteOf(subject), random: seededRandom(seed) }
  const motifs = motifsOf(subject)
  const motif = motifs[seed % motifs.length] as Motif
  const ground = <rect width={width} height={height} fill={canvas.palette[0]} />
  return { width, height, nodes: [ground, ...motif(canvas)] }
}

/** Seven steps at a time, so that events created one after another do not look alike. */
const paletteOf = (subject: PosterSubject): Palette =>
  PALETTES[(subject.id * 7) % PALETTES.length] as Palette

function motifsOf({ category }: PosterSubject): readonly Motif[] {
  return MOTIFS.find(([pattern]) => pattern.test(category ?? ''))?.[1] ?? ANY_MOTIF
}
