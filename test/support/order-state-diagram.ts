/** Draws the table of an order's states as a Mermaid diagram. */
import { TRANSITIONS, type Transition } from '../../src/services/ticketing/order-state.ts'

const HEADER = `# The states of an order

Drawn from \`src/services/ticketing/order-state.ts\` by \`node scripts/order-states.mjs\`; a test compares
the two, and another holds a real shop to the table. A box is the status of an order and, below, that of
its payment; in round brackets is what must be so, in square ones why it is CANCELLED then. Of several
arrows that fit, the first of the table is taken; what has none changes nothing.

`

/** The text of `docs/diagrams/order-states.md`. */
export function drawOrderStates(): string {
  const edges = TRANSITIONS.flatMap((transition) =>
    transition.payment.map((payment) => edgeOf(transition, payment)),
  )
  const boxes = new Map(edges.flatMap(({ from, to }) => [from, to]).map((box) => [box.id, box]))
  boxes.delete(START.id)
  return [
    HEADER,
    '```mermaid\nstateDiagram-v2\n',
    ...[...boxes.values()].map(({ id, text }) => `  state "${text}" as ${id}\n`),
    ...edges.map(({ from, to, text }) => `  ${from.id} --> ${to.id}: ${text}\n`),
    '```\n\n',
    '| event | from | payment | when | to | payment then |\n|---|---|---|---|---|---|\n',
    ...TRANSITIONS.map((transition) => rowOf(transition)),
  ].join('')
}

interface Box {
  id: string
  text: string
}

const START: Box = { id: '[*]', text: '' }

function edgeOf(
  transition: Transition,
  payment: Transition['payment'][number],
): { from: Box; to: Box; text: string } {
  const { event, status, to } = transition
  const from = status === undefined ? START : boxOf(status, payment)
  const remarks = [conditionOf(transition), to.reason && `[${to.reason}]`]
  return {
    from,
    to: boxOf(to.status, to.payment === 'as before' ? payment : to.payment),
    text: [event, ...remarks].filter((part) => part !== undefined && part !== '').join(' '),
  }
}

const boxOf = (status: string, payment: string): Box => ({
  id: `${status}_${payment}`,
  text: payment === 'none' ? status : `${status}<br>${payment.replace('_', ' ')}`,
})

function rowOf(transition: Transition): string {
  const { event, status = 'nothing', payment, to } = transition
  const after = to.reason === undefined ? to.status : `${to.status}, ${to.reason}`
  return `| ${event} | ${status} | ${payment.join(', ')} | ${conditionOf(transition).slice(1, -1)} | ${after} | ${to.payment} |\n`
}

const CONDITIONS: Readonly<Record<string, readonly [ifTrue: string, ifFalse: string]>> = {
  isHold: ['a hold', 'no hold'],
  isOver: ['its time is over', 'in time'],
  isEventCancelled: ['the event is cancelled', 'the event is on'],
  isLeft: ['stock and limit allow', 'stock or limit do not allow'],
}

/** In brackets; empty when there is none. */
function conditionOf({ when = {}, reasons = [] }: Transition): string {
  const parts = [
    ...(reasons.length === 0 ? [] : [`was ${reasons.join(' or ')}`]),
    ...Object.entries(when).map(([name, value]) => CONDITIONS[name]?.[value ? 0 : 1] ?? name),
  ]
  return parts.length === 0 ? '' : `(${parts.join(', ')})`
}
