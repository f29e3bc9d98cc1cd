/**
 * The script of every page. It enhances what is there already: each island is an element that says
 * its name in `data-island`, and works without it, too.
 */
import { startIslands } from './start-islands.ts'
import { localTime } from './local-time.ts'
import { password } from './password.ts'

startIslands(document, { 'local-time': localTime, password })
