/** Sends mail over SMTP. */
import { createTransport } from 'nodemailer'

export type SendMail = (mail: {
  messageId: string
  /** One address. */
  to: string
  subject: string
  text: string
  html: string
  /** PNG pictures that the HTML shows as `cid:…`. */
  pictures: readonly { cid: string; filename: string; png: Buffer }[]
}) => Promise<void>

const CONNECTIONS_MAX = 2
const TIMEOUT_MS = 10_000

/**
 * Disposing closes what is open to it.
 * @param url `smtp://user:password@host:port`, or smtps.
 */
export function openMailServer(
  url: string,
  from: string,
): AsyncDisposable & { sendMail: SendMail } {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: CONNECTIONS_MAX,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
    } as Parameters<typeof createTransport>[0],
    { from },
  )
  const sendMail: SendMail = async ({ to, pictures, ...mail }) => {
    await transport.sendMail({
      ...mail,
      // As it is, not taken apart: no address becomes several.
      to: { name: '', address: to },
      // Nobody's holiday message is an answer to it (RFC 3834).
      headers: { 'Auto-Submitted': 'auto-generated' },
      attachments: pictures.map(({ cid, filename, png }) => ({
        ...{ cid, filename, content: png, contentType: 'image/png' },
        contentDisposition: 'inline',
      })),
      disableFileAccess: true,
      disableUrlAccess: true,
    })
  }
  return {
    sendMail,
    // Once nothing more is sent: connections are kept open for the next mail.
    async [Symbol.asyncDispose]() {
      transport.close()
      await Promise.resolve()
    },
  }
}
