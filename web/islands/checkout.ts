/** The script of paying, besides that of every page. */
import { holdClock } from './hold-clock.ts'
import { keepTickets } from './keep-tickets.ts'
import { payProgress } from './pay-progress.ts'
import { sendOnce } from './send-once.ts'
import { startIslands } from './start-islands.ts'

startIslands(document, {
  'hold-clock': holdClock,
  'keep-tickets': keepTickets,
  'pay-progress': payProgress,
  'send-once': sendOnce,
})
