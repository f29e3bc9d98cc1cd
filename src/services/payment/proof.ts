/** What must agree in the books of a sale. Whoever doubts can count for themselves. */
import type { EventProof } from './proof.sql.ts'

/** One comparison of two books. */
export interface ProofCheck {
  /** What should be equal, in words. */
  claim: string
  left: number
  right: number
  holds: boolean
}

export function checkProof(proof: EventProof): ProofCheck[] {
  const equal = (claim: string, left: number, right: number): ProofCheck => ({
    claim,
    left,
    right,
    holds: left === right,
  })
  return [
    {
      claim: 'No more is held and sold than there is.',
      left: proof.held + proof.sold,
      right: proof.capacity,
      holds: proof.held + proof.sold <= proof.capacity,
    },
    equal('What is held is what orders hold.', proof.held, proof.heldInOrders),
    equal('What is sold is what has a valid ticket.', proof.sold, proof.ticketsIssued),
    equal(
      'What valid tickets cost is what the ledger says they brought.',
      proof.paidCents,
      proof.ledgerSalesCents,
    ),
    equal(
      'What was captured and not given back is with the provider.',
      proof.capturedCents - proof.refundedCents,
      proof.ledgerProviderCents,
    ),
    equal(
      'What buyers are owed is what the ledger says they are owed.',
      proof.refundsDueCents,
      proof.ledgerRefundsDueCents,
    ),
    equal(
      'Every cent is a valid ticket’s, or on its way back.',
      proof.ledgerProviderCents,
      proof.ledgerSalesCents + proof.ledgerRefundsDueCents,
    ),
  ]
}
