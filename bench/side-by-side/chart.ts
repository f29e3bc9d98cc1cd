/** A picture of the results: orders a second of everybody on one event. SVG, without any library. */
import type { Summary } from './figures.ts'
import { readable } from './figures.ts'
import type { Results } from './results.ts'

interface Bar {
  label: string
  isOurs: boolean
  rate: Summary
}

interface Panel {
  title: string
  bars: Bar[]
}

/** The bars, by what their figures are called in the results. */
const PANELS = [
  {
    title: 'Orders a second on one event',
    bars: [
      ['textbook c64', 'textbook over HTTP'],
      ['pgbench c32', 'pgbench, 32 clients, no HTTP'],
      ['pgbench c8', 'pgbench, 8 clients, no HTTP'],
      ['ours c64', 'Box Office over HTTP'],
      ['no-database c64', 'the same without a database'],
    ],
  },
  {
    title: 'The same with 4 ms added to each flush of the disk',
    bars: [
      ['textbook c64 sync +4 ms', 'textbook over HTTP'],
      ['ours c64 sync +4 ms', 'Box Office over HTTP'],
    ],
  },
] as const

const WIDTH = 760
const LABEL_WIDTH = 230
const VALUE_WIDTH = 110
const BAR_HEIGHT = 20
const ROW_HEIGHT = 32
const TITLE_HEIGHT = 40
const PADDING = 16

/** In the colours of whoever looks, as they like it light or dark. */
const STYLE = `
    text { font: 13px system-ui, sans-serif; fill: #24292f }
    .title { font-weight: 600; font-size: 14px }
    .quiet { fill: #57606a; font-size: 12px }
    .other { fill: #8c959f } .ours { fill: #1a7f37 }
    .spread { stroke: #24292f; stroke-width: 1.5 }
    @media (prefers-color-scheme: dark) {
      text { fill: #e6edf3 } .quiet { fill: #9198a1 }
      .other { fill: #656c76 } .ours { fill: #3fb950 } .spread { stroke: #e6edf3 }
    }`

/** @returns Undefined when none of its bars was measured. */
export function drawChart(results: Results): string | undefined {
  const rates = new Map(
    results.rows.flatMap((row) =>
      row.faults.length > 0 ? [] : Object.entries(row.figures).map(([name, rate]) => [name, rate]),
    ),
  )
  const panels = PANELS.map(({ title, bars }): Panel => ({
    title,
    bars: bars.flatMap(([name, label]) => {
      const rate = rates.get(`${name}, requests/s`)
      return rate === undefined ? [] : [{ label, isOurs: name.startsWith('ours'), rate }]
    }),
  })).filter((panel) => panel.bars.length > 0)
  if (panels.length === 0) return undefined

  let y = PADDING
  const parts: string[] = []
  for (const panel of panels) {
    parts.push(`<text class="title" x="${PADDING}" y="${y + 18}">${panel.title}</text>`)
    y += TITLE_HEIGHT
    const max = Math.max(...panel.bars.map((bar) => bar.rate.max))
    for (const bar of panel.bars) {
      parts.push(drawBar(bar, y, max))
      y += ROW_HEIGHT
    }
  }
  const { cores, cpu, date, options } = results
  const note = `Median of ${options.repetitions}, the line is from the lowest to the highest. ${cores} cores of ${escaped(cpu)}, ${date.slice(0, 10)}.` // prettier-ignore
  parts.push(`<text class="quiet" x="${PADDING}" y="${y + 16}">${note}</text>`)
  const height = y + PADDING * 2
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
  <title>Orders a second, Box Office beside others</title>
  <style>${STYLE}
  </style>
  ${parts.join('\n  ')}
</svg>
`
}

function drawBar({ label, isOurs, rate }: Bar, y: number, max: number): string {
  const left = LABEL_WIDTH
  const room = WIDTH - LABEL_WIDTH - VALUE_WIDTH - PADDING
  const at = (value: number) => Math.round((left + (value / max) * room) * 10) / 10
  const middle = y + BAR_HEIGHT / 2
  const text = middle + 4.5
  const value = `${readable(Math.round(rate.median))} / s`
  return [
    `<text x="${left - 10}" y="${text}" text-anchor="end">${label}</text>`,
    `<rect class="${isOurs ? 'ours' : 'other'}" x="${left}" y="${y}" width="${Math.max(1, at(rate.median) - left)}" height="${BAR_HEIGHT}" rx="2"/>`,
    `<line class="spread" x1="${at(rate.min)}" x2="${at(rate.max)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${at(rate.max) + 10}" y="${text}">${value}</text>`,
  ].join('\n  ')
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
