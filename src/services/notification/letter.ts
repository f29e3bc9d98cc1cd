/**
 * What a mail says, said once: a list of blocks that `html-letter.tsx` draws and `text-letter.ts`
 * writes, so that neither part of a mail knows something that the other does not.
 */
import type { Language } from '../../kernel/language.ts'

export type Block =
  | { kind: 'paragraph'; text: string }
  | { kind: 'event'; name: string; startsAt: Date; timezone: string; place: string }
  | { kind: 'facts'; rows: { label: string; value: string }[] }
  | { kind: 'changes'; rows: { label: string; before: string; after: string }[] }
  | { kind: 'ticket'; label: string; code: string; picture: Picture | undefined }
  | { kind: 'button'; label: string; url: string }
  | { kind: 'note'; text: string }

/** A picture that travels with its mail. */
export interface Picture {
  /** How the HTML names it, unique within the mail. */
  cid: string
  filename: string
  png: Buffer
}

export interface Letter {
  language: Language
  subject: string
  /** What a list of mails shows behind the subject. */
  preview: string
  title: string
  blocks: Block[]
}

/** Names come from people: one with a line break must not become a header, or a line, of its own. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
