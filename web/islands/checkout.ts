/** The script of paying, besides that of every page. */
import { startIslands } from './start-islands.ts'

startIslands(document, {})
