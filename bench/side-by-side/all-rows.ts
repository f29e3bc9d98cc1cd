/** Every row of the benchmark, in the order in which it is told. */
import { fiveMillion } from '../rows/five-million.ts'
import { latency } from '../rows/latency.ts'
import { liveStreams } from '../rows/live-streams.ts'
import { memory } from '../rows/memory.ts'
import { overload } from '../rows/overload.ts'
import { thousandEvents } from '../rows/thousand-events.ts'
import { contestRow } from './contest.ts'
import type { Row } from './row.ts'

const AT = 64

export const ALL_ROWS: readonly Row[] = [
  contestRow({
    name: 'hot-event',
    title: 'Orders a second on one event, ours / textbook, 64 connections',
    goal: { ratio: 15, hope: 22, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT },
      { kind: 'textbook', connections: AT },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'hot-event-256',
    title: 'The same with 256 connections',
    pair: [
      { kind: 'ours', connections: 256 },
      { kind: 'textbook', connections: 256 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'slow-disk-1ms',
    title: 'The same as the first with 1 ms added to each flush of the disk',
    pair: [
      { kind: 'ours', connections: AT, syncDelayMs: 1 },
      { kind: 'textbook', connections: AT, syncDelayMs: 1 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'slow-disk-4ms',
    title: 'The same as the first with 4 ms added to each flush of the disk',
    goal: { ratio: 40, hope: 70, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT, syncDelayMs: 4 },
      { kind: 'textbook', connections: AT, syncDelayMs: 4 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'slow-disk-4ms-256',
    title: 'The same as the one before with 256 connections',
    pair: [
      { kind: 'ours', connections: 256, syncDelayMs: 4 },
      { kind: 'textbook', connections: 256, syncDelayMs: 4 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'pgbench-8',
    title: 'Orders a second, ours over HTTP / pgbench without, 8 clients',
    goal: { ratio: 7, hope: 10, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT },
      { kind: 'pgbench', connections: 8 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'pgbench-32',
    title: 'Orders a second, ours over HTTP / pgbench without, 32 clients',
    goal: { ratio: 10, hope: 15, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT },
      { kind: 'pgbench', connections: 32 },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'no-database',
    title: 'Orders a second, ours / the same without the database',
    goal: { ratio: 0.55, hope: 0.75, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT },
      { kind: 'no-database', connections: AT },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'p99',
    title: 'The slowest hundredth of orders (p99), ours / textbook, 64 connections, saturated',
    goal: { ratio: 0.2, hope: 0.07, sense: 'at most' },
    pair: [
      { kind: 'ours', connections: AT },
      { kind: 'textbook', connections: AT },
    ],
    figure: 'p99Ms',
  }),
  contestRow({
    name: 'one-client',
    title: 'How long one client alone waits for an order (p50), ours / textbook',
    goal: { ratio: 1, hope: 0.7, sense: 'at most' },
    pair: [
      { kind: 'ours', connections: 1 },
      { kind: 'textbook', connections: 1 },
    ],
    figure: 'p50Ms',
  }),
  contestRow({
    name: 'fresh-tokens',
    title: 'Orders a second, each with a token never seen before, ours / textbook',
    pair: [
      { kind: 'ours', connections: AT, hasFreshTokens: true },
      { kind: 'textbook', connections: AT, hasFreshTokens: true },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'holds',
    title: 'Holds a second on one event, ours / textbook, 64 connections',
    pair: [
      { kind: 'ours', connections: AT, sells: 'holds' },
      { kind: 'textbook', connections: AT, sells: 'holds' },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'paid',
    title: 'Orders held, paid and confirmed a second on one event, ours / textbook, 64 connections',
    goal: { ratio: 8, hope: 12, sense: 'at least' },
    pair: [
      { kind: 'ours', connections: AT, sells: 'paid' },
      { kind: 'textbook', connections: AT, sells: 'paid' },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'paid-p99',
    title:
      'From hold to paid, the slowest hundredth (p99), ours / textbook, 64 connections, saturated',
    pair: [
      { kind: 'ours', connections: AT, sells: 'paid' },
      { kind: 'textbook', connections: AT, sells: 'paid' },
    ],
    figure: 'p99Ms',
  }),
  contestRow({
    name: 'paid-one-shot',
    title: 'Orders bought and paid with one request a second, ours / textbook, 64 connections',
    pair: [
      { kind: 'ours', connections: AT, sells: 'paid one-shot' },
      { kind: 'textbook', connections: AT, sells: 'paid one-shot' },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'listing',
    title: 'Pages of 20 events a second, ours / bare node:http sending the same bytes',
    goal: { ratio: 0.85, hope: 0.95, sense: 'at least' },
    pair: [
      { kind: 'listing', connections: AT },
      { kind: 'bare listing', connections: AT },
    ],
    figure: 'perSecond',
  }),
  contestRow({
    name: 'event-page',
    title: 'Pages of an event a second, ours / bare node:http sending the same bytes',
    goal: { ratio: 0.7, sense: 'at least' },
    pair: [
      { kind: 'event page', connections: AT },
      { kind: 'bare event page', connections: AT },
    ],
    figure: 'perSecond',
  }),
  thousandEvents,
  liveStreams,
  fiveMillion,
  latency,
  memory,
  overload,
]
