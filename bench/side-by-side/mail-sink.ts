/** Takes the mails of shops that run as in production, and forgets them. */
import { once } from 'node:events'
import { type Socket, createServer } from 'node:net'

export interface MailSink extends AsyncDisposable {
  /** For `SMTP_URL`. */
  url: string
}

export async function startMailSink(): Promise<MailSink> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
    converse(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    url: `smtp://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function converse(socket: Socket): void {
  let rest = ''
  let isInMail = false
  const say = (line: string) => socket.write(`${line}\r\n`)
  say('220 bench')
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\r\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (isInMail) {
        if (line !== '.') continue
        isInMail = false
        say('250 taken')
        continue
      }
      const command = line.slice(0, 4).toUpperCase()
      isInMail = command === 'DATA'
      say(isInMail ? '354 go on' : command === 'QUIT' ? '221 bye' : '250 ok')
      if (command === 'QUIT') socket.end()
    }
  })
}
