/** Where the rehearsal writes. */
export interface Terminal {
  /** Whether a block can be redrawn in place. */
  readonly isInteractive: boolean
  print: (line: string) => void
  /** Puts a block in place of the one before. */
  redraw: (lines: readonly string[]) => void
  /** Leaves the block where it is. */
  settle: () => void
  good: (text: string) => string
  bad: (text: string) => string
}

/** For a terminal that does not tell. */
const COLUMNS = 80
const GREEN = 32
const RED = 31

/** @param stream Usually `process.stdout`. */
export function createTerminal(
  stream: NodeJS.WriteStream,
  env: Record<string, string | undefined>,
): Terminal {
  const isInteractive = stream.isTTY && env['TERM'] !== 'dumb'
  const paint = (colour: number) => (text: string) =>
    isInteractive && env['NO_COLOR'] === undefined ? `\x1b[${colour}m${text}\x1b[0m` : text
  let drawn = 0
  return {
    isInteractive,
    print: (line) => stream.write(`${line}\n`),
    redraw(lines) {
      // Up over the block before, and each line cut to the width, as a wrapped one would count twice.
      const up = drawn === 0 ? '' : `\x1b[${drawn}A`
      stream.write(
        up + lines.map((line) => `\x1b[2K${line.slice(0, stream.columns || COLUMNS)}\n`).join(''),
      )
      drawn = lines.length
    },
    settle: () => (drawn = 0),
    good: paint(GREEN),
    bad: paint(RED),
  }
}

/** Says nothing, for tests. */
export const SILENT: Terminal = {
  isInteractive: false,
  print: () => undefined,
  redraw: () => undefined,
  settle: () => undefined,
  good: (text) => text,
  bad: (text) => text,
}
