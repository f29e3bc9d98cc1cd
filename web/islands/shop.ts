/**
 * The script of every page. It enhances what is there already: each island is an element that says
 * its name in `data-island`, and works without it, too.
 */
import { startIslands } from './start-islands.ts'
import { liveStock } from './live-stock.ts'
import { localTime } from './local-time.ts'
import { saleCountdown } from './sale-countdown.ts'
import { searchAsYouType } from './search-as-you-type.ts'

const islands = {
  'live-stock': liveStock,
  'local-time': localTime,
  'sale-countdown': saleCountdown,
  'search-as-you-type': searchAsYouType,
}
startIslands(document, islands)
// What was fetched and put in the place of something has islands of its own.
document.addEventListener('islands', ({ target }) => {
  if (target instanceof Element) startIslands(target, islands)
})
