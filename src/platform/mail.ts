/** Sends mail over SMTP. */
import { createTransport } from 'nodemailer'

export type SendMail = (mail: {
  messageId: string
  to: string
  subject: string
  text: string
  html: string
}) => Promise<void>

const CONNECTIONS_MAX = 2
const TIMEOUT_MS = 10_000

/** @param url `smtp://user:password@host:port`, or smtps. */
export function smtpSender(url: string, from: string): SendMail {
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
  return async (mail) => {
    await transport.sendMail(mail)
  }
}
