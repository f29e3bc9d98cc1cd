import type { VNode } from 'preact'
import { orderTexts } from '../texts/orders.ts'
import type { Visitor } from '../visitor.ts'

/**
 * Starts the script that keeps these pages for when there is no network. It shows the note, with the
 * time that what is shown is of, when it shows what it kept.
 */
export function OfflineNote({ visitor }: { visitor: Visitor }): VNode {
  return (
    <p class="offline-note" role="status" data-island="keep-tickets" hidden>
      {orderTexts[visitor.language].offline}
    </p>
  )
}
