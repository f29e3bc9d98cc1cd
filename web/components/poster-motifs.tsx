/** The compositions. Each fills any canvas, so that a card and a banner show the same idea. */
import type { VNode } from 'preact'
import { type Canvas, between, disc, oneOf, pointAt, round } from './poster-art.ts'

export type Motif = (canvas: Canvas) => VNode[]

/** A record, off centre, and the light on it. */
export function record(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [ground, first, second, third] = palette
  const center = {
    x: round(width * between(canvas, 0.28, 0.72)),
    y: round(height * between(canvas, 0.4, 0.75)),
  }
  const reach = Math.max(width, height) * 0.62
  const ring = (size: number, ink: string) => (
    <circle cx={center.x} cy={center.y} r={round(reach * size)} fill={ink} />
  )
  const turn = canvas.random()
  const from = pointAt(center, reach * 1.2, turn)
  const to = pointAt(center, reach * 1.2, turn + 0.09)
  return [
    ring(1, first),
    ring(0.84, ground),
    ring(0.7, first),
    ring(0.57, second),
    ring(0.45, ground),
    ring(0.34, third),
    <path d={`M${center.x} ${center.y}L${from.x} ${from.y}L${to.x} ${to.y}z`} fill={third} />,
    ring(0.24, first),
    ring(0.13, second),
    ring(0.04, ground),
  ]
}

/** A loudness meter. */
export function meter(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const step = 7
  const phase = canvas.random() * 6
  const pace = between(canvas, 0.25, 0.6)
  const paths = ['', '', '']
  const columns = Math.floor(width / step)
  const left = (width - (columns - 1) * step) / 2
  for (let index = 0; index < columns; index += 1) {
    const x = left + index * step
    const wave = Math.abs(Math.sin(index * pace + phase) * 0.7 + Math.sin(index * 1.9) * 0.3)
    const half = height * (0.06 + 0.36 * wave)
    const middle = height * 0.5
    paths[index % 3] += `M${round(x)} ${round(middle - half)}V${round(middle + half)}`
  }
  return paths.map((d, index) => (
    <path d={d} stroke={palette[index + 1]} stroke-width="4.4" stroke-linecap="round" />
  ))
}

/** Quarter and half circles on a grid. */
export function tiles(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const side = height / 3
  const columns = Math.ceil(width / side)
  const paths = ['', '', '']
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < 3; row += 1) {
      const ink = Math.floor(canvas.random() * 3)
      paths[ink] += tile(canvas, column * side, row * side, side)
    }
  }
  return paths.map((d, index) => <path d={d} fill={palette[index + 1]} />)
}

function tile(canvas: Canvas, left: number, top: number, side: number): string {
  const x = round(left)
  const y = round(top)
  const s = round(side)
  const half = round(side / 2)
  return oneOf(canvas, [
    () => `M${x} ${y}h${s}a${s} ${s} 0 0 1 ${-s} ${s}z`,
    () => `M${x} ${y}v${s}h${s}a${s} ${s} 0 0 0 ${-s} ${-s}z`,
    () => `M${round(x + s)} ${y}v${s}h${-s}a${s} ${s} 0 0 1 ${s} ${-s}z`,
    () => `M${x} ${y}h${s}a${half} ${half} 0 0 1 ${-s} 0z`,
    () => `M${x} ${round(y + s)}h${s}a${half} ${half} 0 0 0 ${-s} 0z`,
    () => disc({ x: x + s / 2, y: y + s / 2 }, side * 0.36),
    () => `M${x} ${y}h${s}v${s}h${-s}z`,
    () => `M${x} ${y}h${half}v${s}h${-half}z`,
  ])()
}

/** A sun going up, or down, behind hills. */
export function sunrise(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [, first, second, third] = palette
  const sun = { x: round(width * between(canvas, 0.3, 0.7)), y: round(height * 0.72) }
  const rays = 20
  const reach = width + height
  const offset = canvas.random() / rays
  let wedges = ''
  for (let ray = 0; ray < rays; ray += 2) {
    const from = pointAt(sun, reach, ray / rays + offset)
    const to = pointAt(sun, reach, (ray + 1) / rays + offset)
    wedges += `M${sun.x} ${sun.y}L${from.x} ${from.y}L${to.x} ${to.y}z`
  }
  return [
    <path d={wedges} fill={first} />,
    <circle cx={sun.x} cy={sun.y} r={round(height * 0.34)} fill={second} />,
    <ellipse
      cx={round(width * 0.12)}
      cy={round(height * 1.12)}
      rx={round(width * 0.55)}
      ry={round(height * 0.34)}
      fill={third}
    />,
    <ellipse
      cx={round(width * 0.86)}
      cy={round(height * 1.16)}
      rx={round(width * 0.5)}
      ry={round(height * 0.32)}
      fill={palette[0]}
    />,
  ]
}

/** A curtain, drawn, and the light behind it. */
export function curtain(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [, first, second, third] = palette
  const opening = between(canvas, 0.3, 0.42)
  const inks = [first, second, first, second]
  const folds = inks.map((ink, index) => {
    const edge = round((width * opening * (4 - index)) / 4)
    const hem = round(edge * 0.42)
    const left = `M0 0H${edge}Q${round(edge * 0.95)} ${round(height * 0.7)} ${hem} ${height}H0z`
    const right = `M${width} 0H${round(width - edge)}Q${round(width - edge * 0.95)} ${round(height * 0.7)} ${round(width - hem)} ${height}H${width}z`
    return <path d={left + right} fill={ink} />
  })
  const radius = width / Math.max(5, Math.round(width / 18)) / 2
  let valance = ''
  for (let x = radius; x < width; x += radius * 2) valance += disc({ x, y: 0 }, radius)
  return [
    <circle cx={width / 2} cy={round(height * 0.56)} r={round(height * 0.36)} fill={third} />,
    <path d={`M0 ${round(height * 0.88)}H${width}V${height}H0z`} fill={second} />,
    ...folds,
    <path d={valance} fill={third} />,
  ]
}

/** The lanes of a track, and a ball. */
export function lanes(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [, first, second, third] = palette
  const isLeft = canvas.random() < 0.5
  const corner = { x: isLeft ? 0 : width, y: height }
  const stripe = height * 0.16
  const inks = [first, third, first, second, first, third, first, second]
  const ball = {
    x: round(isLeft ? width - height * 0.36 : height * 0.36),
    y: round(height * between(canvas, 0.3, 0.42)),
  }
  return [
    ...inks.map((ink, index) => (
      <circle
        cx={corner.x}
        cy={corner.y}
        r={round(stripe * (1 + index * 1.45))}
        fill="none"
        stroke={ink}
        stroke-width={round(stripe)}
      />
    )),
    <circle cx={ball.x} cy={ball.y} r={round(height * 0.22)} fill={second} />,
    <circle cx={ball.x} cy={ball.y} r={round(height * 0.1)} fill={palette[0]} />,
  ]
}

/** Half circles that look like laughter. */
export function laughter(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const side = height / 2
  const columns = Math.ceil(width / side)
  const left = (width - columns * side) / 2
  const paths = ['', '', '']
  for (let column = 0; column < columns; column += 1) {
    for (let row = 0; row < 2; row += 1) {
      const ink = (column + row + Math.floor(canvas.random() * 2)) % 3
      const x = round(left + column * side + side / 2)
      const y = round(row * side + side / 2)
      const r = round(side * 0.46)
      const from = pointAt({ x, y }, r, oneOf(canvas, [0, 0, 0.5, 0.25, 0.03]))
      paths[ink] +=
        `M${from.x} ${from.y}A${r} ${r} 0 0 1 ${round(2 * x - from.x)} ${round(2 * y - from.y)}z`
      const eye = pointAt({ x, y }, r * 0.55, canvas.random())
      paths[(ink + 1) % 3] += disc(eye, side * 0.09)
    }
  }
  return paths.map((d, index) => <path d={d} fill={palette[index + 1]} />)
}

/** Frames within frames, each turned a little more. */
export function frames(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [ground, first, second, third] = palette
  const inks = [first, ground, second, third, ground, first, second]
  const turn = between(canvas, 4, 11) * (canvas.random() < 0.5 ? -1 : 1)
  const middle = { x: round(width / 2), y: round(height / 2) }
  return inks.map((ink, index) => {
    const scale = 0.94 * 0.79 ** index
    const w = round(width * scale)
    const h = round(height * scale * 1.05)
    return (
      <rect
        x={round(middle.x - w / 2)}
        y={round(middle.y - h / 2)}
        width={w}
        height={h}
        fill={ink}
        transform={`rotate(${round(turn * index)} ${middle.x} ${middle.y})`}
      />
    )
  })
}

/** Hills by night or day. */
export function hills(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [, first, second, third] = palette
  const moon = { x: width * between(canvas, 0.2, 0.8), y: height * between(canvas, 0.24, 0.36) }
  const ridges = [first, third, second].map((ink, index) => {
    const level = height * (0.5 + index * 0.17)
    const swell = height * between(canvas, 0.1, 0.22)
    const span = width / 2
    const d = `M0 ${round(level)}q${round(span / 2)} ${round(-swell)} ${round(span)} 0t${round(span)} 0V${height}H0z`
    return index === 1 ? (
      <path d={d} fill={ink} transform={`matrix(-1 0 0 1 ${width} 0)`} />
    ) : (
      <path d={d} fill={ink} />
    )
  })
  return [
    <circle cx={round(moon.x)} cy={round(moon.y)} r={round(height * 0.17)} fill={second} />,
    ...ridges,
  ]
}

/** Strings, and the body that makes them sound. */
export function strings(canvas: Canvas): VNode[] {
  const { width, height, palette } = canvas
  const [ground, first, second, third] = palette
  const center = { x: round(width * between(canvas, 0.36, 0.64)), y: round(height * 0.54) }
  const bend = height * between(canvas, 0.3, 0.8)
  let lines = ''
  for (let index = 0; index < 9; index += 1) {
    const y = round(height * (0.06 + index * 0.11))
    lines += `M0 ${y}Q${round(width / 2)} ${round(y + bend * (index / 4 - 1))} ${width} ${y}`
  }
  return [
    <circle cx={center.x} cy={center.y} r={round(height * 0.62)} fill={first} />,
    <circle cx={center.x} cy={center.y} r={round(height * 0.4)} fill={third} />,
    <circle cx={center.x} cy={center.y} r={round(height * 0.2)} fill={ground} />,
    <path d={lines} fill="none" stroke={second} stroke-width="1.1" />,
  ]
}
