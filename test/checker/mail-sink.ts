/**
 * The mail server of a run, as a process of its own: it writes each mail down before it takes it,
 * one JSON object a line, in the file that it is given. It ends with whoever started it.
 */
import { appendFileSync } from 'node:fs'
import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'

/** A mail as it is written down. */
export interface ReceivedMail {
  /** Milliseconds since 1970, before it was taken. */
  at: number
  messageId: string
  to: string[]
  ticketCodes: string[]
}

/** To the sink: the Message-ID to hold, or to let go. */
export type SinkOrder = { hold: string } | { letGo: string }
/** From the sink: its address; what it holds, and the envelope's sender. */
export type SinkReport = { url: string } | { held: string; from: string }

const TICKET_CODE = /TCK-[0-9A-Z]+/g
/** Quoted-printable breaks long lines in this way, also in the middle of a code. */
const SOFT_BREAK = /=\r?\n/g

const [path = ''] = process.argv.slice(2)
const held = new Map<string, (() => void)[]>()
const tell = (report: SinkReport) => process.send?.(report)

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onData(stream, session, done) {
    let source = ''
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      source += chunk
    })
    stream.on('end', () => {
      const to = session.envelope.rcptTo.map((recipient) => recipient.address)
      const messageId = /^Message-ID: (.+)$/im.exec(source)?.[1]?.trim() ?? ''
      const take = () => {
        const mail: ReceivedMail = {
          at: Date.now(),
          messageId,
          to,
          ticketCodes: [...new Set(source.replaceAll(SOFT_BREAK, '').match(TICKET_CODE))],
        }
        appendFileSync(path, `${JSON.stringify(mail)}\n`)
        done()
      }
      const waiting = held.get(messageId)
      if (waiting === undefined) {
        take()
        return
      }
      waiting.push(take)
      const { mailFrom } = session.envelope
      tell({ held: messageId, from: mailFrom === false ? '' : mailFrom.address })
    })
  },
})
// A client that was killed in the middle of a mail is no fault of the server.
server.on('error', () => undefined)

process.on('message', (order: SinkOrder) => {
  if ('hold' in order) {
    held.set(order.hold, [])
    return
  }
  const waiting = held.get(order.letGo) ?? []
  held.delete(order.letGo)
  for (const take of waiting) take()
})
process.on('SIGINT', () => undefined)
process.on('disconnect', () => process.exit(0))

server.listen(0, '127.0.0.1')
await once(server.server, 'listening')
const { port } = server.server.address() as { port: number }
tell({ url: `smtp://127.0.0.1:${port}` })
