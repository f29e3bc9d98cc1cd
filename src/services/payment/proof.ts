/** What must agree in the books of a sale. Whoever doubts can count for themselves. */
import type { EventProof } from './proof.sql.ts'

/** One comparison of two books. */
export interface ProofCheck {
  /** What should be equal, in words. */
  claim: string
  /** What is counted: tickets, or cents. */
  unit: 'tickets' | 'cents'
  left: number
  right: number
  holds: boolean
}

export function checkProof(proof: EventProof): ProofCheck[] {
  const equalIn =
    (unit: ProofCheck['unit']) =>
    (claim: string, left: number, right: number): ProofCheck => ({
      ...{ claim, unit, left, right },
      holds: left === right,
    })
  const tickets = equalIn('tickets')
  const cents = equalIn('cents')
  return [
    {
      claim: 'No more is held and sold than there is.',
      unit: 'tickets',
      left: proof.held + proof.sold,
      right: proof.capacity,
      holds: proof.held + proof.sold <= proof.capacity,
    },
    tickets('What is held is what orders hold.', proof.held, proof.heldInOrders),
    tickets('What is sold is what has a valid ticket.', proof.sold, proof.ticketsIssued),
    cents(
      'What valid tickets cost is what the ledger says they brought.',
      proof.paidCents,
      proof.ledgerSalesCents,
    ),
    cents(
      'What was captured and not given back is with the provider.',
      proof.capturedCents - proof.refundedCents,
      proof.ledgerProviderCents,
    ),
    cents(
      'What buyers are owed is what the ledger says they are owed.',
      proof.refundsDueCents,
      proof.ledgerRefundsDueCents,
    ),
    cents(
      'Every cent is a valid ticket’s, or on its way back.',
      proof.ledgerProviderCents,
      proof.ledgerSalesCents + proof.ledgerRefundsDueCents,
    ),
  ]
}
