/**
 * What posters are drawn with: numbers that look random and are the same for the same event, and
 * strokes that are short as text, since every card carries its own poster.
 */
import type { Palette } from './poster-palettes.ts'

export interface Canvas {
  width: number
  height: number
  palette: Palette
  /** The next number from 0 to 1. */
  random: () => number
}

/** The next number of `canvas` from `from` to `to`. */
export const between = (canvas: Canvas, from: number, to: number): number =>
  from + canvas.random() * (to - from)

/** The next choice of `canvas`. */
export function oneOf<Item>(canvas: Canvas, items: readonly Item[]): Item {
  return items[Math.floor(canvas.random() * items.length)] as Item
}

/** One decimal is finer than any screen shows these. */
export const round = (value: number): number => Math.round(value * 10) / 10

export interface Point {
  x: number
  y: number
}

export const pointAt = (center: Point, radius: number, turn: number): Point => ({
  x: round(center.x + radius * Math.cos(turn * 2 * Math.PI)),
  y: round(center.y + radius * Math.sin(turn * 2 * Math.PI)),
})

/** A circle as a piece of a path. */
export function disc({ x, y }: Point, radius: number): string {
  const r = round(radius)
  return `M${round(x - radius)} ${round(y)}a${r} ${r} 0 1 0 ${round(2 * radius)} 0a${r} ${r} 0 1 0 ${round(-2 * radius)} 0`
}

/** FNV-1a: a small change of the text changes everything. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let place = 0; place < text.length; place += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(place), 0x01000193)
  }
  return hash >>> 0
}

/** Mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
