/** The plain text of a letter: all that its HTML says, for who reads no HTML. */
import { longDay, time } from './dates.ts'
import { type Block, type Letter, oneLine } from './letter.ts'
import { textsOf } from './texts.ts'

export function textOf(letter: Letter): string {
  const parts = [
    oneLine(letter.title),
    ...letter.blocks.map((block) => linesOf(block, letter).map(oneLine).join('\n')),
    `-- \n${textsOf(letter.language).footer}`,
  ]
  return `${parts.join('\n\n')}\n`
}

function linesOf(block: Block, { language }: Letter): string[] {
  switch (block.kind) {
    case 'paragraph':
    case 'note':
      return [block.text]
    case 'event':
      return [
        block.name,
        `${longDay(block.startsAt, block.timezone, language)}, ${time(block.startsAt, block.timezone, language)}`,
        block.place,
      ]
    case 'facts':
      return block.rows.map(({ label, value }) => `${label}: ${value}`)
    case 'changes':
      return block.rows.map(({ label, before, after }) => `${label}: ${before} → ${after}`)
    case 'ticket':
      return [block.label, block.code]
    case 'button':
      return [`${block.label}:`, block.url]
  }
}
