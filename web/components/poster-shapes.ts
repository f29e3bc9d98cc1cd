/** A poster as plain paths, for what draws no SVG: the printed ticket. */
import type { VNode } from 'preact'
import { type PosterSubject, posterNodes } from './poster.tsx'

export interface PosterShape {
  path: string
  fill?: string
  stroke?: string
  strokeWidth?: number
  isRound?: boolean
  /** As in SVG, `a b c d e f`. */
  matrix?: readonly [number, number, number, number, number, number]
}

type Attributes = Record<string, string | number | undefined>

export function posterShapes(subject: PosterSubject): {
  width: number
  height: number
  shapes: PosterShape[]
} {
  const { width, height, nodes } = posterNodes(subject, 'lead')
  return { width, height, shapes: nodes.map(shapeOf) }
}

function shapeOf(node: VNode): PosterShape {
  const attributes = node.props as Attributes
  const { fill, stroke, transform } = attributes
  const matrix = matrixOf(transform)
  return {
    path: pathOf(String(node.type), attributes),
    ...(typeof fill === 'string' && fill !== 'none' ? { fill } : {}),
    ...(typeof stroke === 'string' ? { stroke } : {}),
    strokeWidth: Number(attributes['stroke-width'] ?? 1),
    isRound: attributes['stroke-linecap'] === 'round',
    ...(matrix === undefined ? {} : { matrix }),
  }
}

function pathOf(type: string, attributes: Attributes): string {
  const number = (name: string) => Number(attributes[name] ?? 0)
  switch (type) {
    case 'path':
      return String(attributes['d'])
    case 'rect': {
      const [width, height] = [number('width'), number('height')]
      return `M${number('x')} ${number('y')}h${width}v${height}h${-width}z`
    }
    case 'circle':
      return ellipse(number('cx'), number('cy'), number('r'), number('r'))
    case 'ellipse':
      return ellipse(number('cx'), number('cy'), number('rx'), number('ry'))
    default:
      throw new Error(`a poster has a ${type}, which nobody draws`)
  }
}

const ellipse = (x: number, y: number, rx: number, ry: number): string =>
  `M${x - rx} ${y}a${rx} ${ry} 0 1 0 ${2 * rx} 0a${rx} ${ry} 0 1 0 ${-2 * rx} 0z`

function matrixOf(transform: string | number | undefined): PosterShape['matrix'] {
  const [, kind, list = ''] = /^(rotate|matrix)\((.*)\)$/.exec(String(transform)) ?? []
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = list.split(/[ ,]+/).map(Number)
  if (kind === 'matrix') return [a, b, c, d, e, f]
  if (kind === undefined) return undefined
  const [cos, sin] = [Math.cos((a * Math.PI) / 180), Math.sin((a * Math.PI) / 180)]
  return [cos, sin, -sin, cos, b - b * cos + c * sin, c - b * sin - c * cos]
}
