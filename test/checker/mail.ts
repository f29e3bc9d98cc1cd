/** The checker's side of the mail server. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { programArguments } from '../../bench/program.ts'
import type { MailHandle } from './fault.ts'
import type { ReceivedMail, SinkOrder, SinkReport } from './mail-sink.ts'

export interface OwnedMailServer extends MailHandle, AsyncDisposable {
  /** What arrived so far, in order. */
  received: () => Promise<ReceivedMail[]>
}

/** Each worker sends under a name of its own: `worker 2` is worker-2. */
export const senderOf = (worker: string): string =>
  `Box Office <${worker.replace(' ', '-')}@boxoffice.example>`
const workerOf = (address: string): string => address.replace(/@.*/, '').replace('-', ' ')

/** @param path Where the mails are written down. */
export async function startMailServer(path: string): Promise<OwnedMailServer> {
  await writeFile(path, '')
  const child = spawn(process.execPath, [...programArguments('test/checker/mail-sink'), path], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const listeners = new Map<string, (worker: string) => void>()
  const [{ url }] = (await once(child, 'message')) as [{ url: string }]
  child.on('message', (report: SinkReport) => {
    if ('held' in report) listeners.get(report.held)?.(workerOf(report.from))
  })
  const order = (what: SinkOrder) => child.send(what)
  return {
    url,
    pid: child.pid as number,
    hold(messageId, onArrival) {
      listeners.set(messageId, onArrival)
      order({ hold: messageId })
    },
    letGo(messageId) {
      listeners.delete(messageId)
      order({ letGo: messageId })
    },
    received: async () =>
      (await readFile(path, 'utf8'))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as ReceivedMail),
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.disconnect()
      await ended
    },
  }
}
