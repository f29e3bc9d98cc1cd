/** Ends TCP connections from outside, as the operating system's `ss -K` can where it is allowed to. */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Aborts every connection of this machine to a loopback port; both ends see a reset. */
export async function killSockets(port: number): Promise<void> {
  await run('ss', ['-K', 'dst', '127.0.0.1', 'dport', '=', `:${port}`])
}

/** Why `killSockets` does nothing here; undefined where it works. Tried on a connection of its own. */
export async function killSocketsFault(): Promise<string | undefined> {
  const server = createServer((socket) => socket.on('error', () => undefined))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client = connect(port, '127.0.0.1')
  await once(client, 'connect')
  const broken = new Promise<true>((resolve) => client.once('error', () => resolve(true)))
  try {
    await killSockets(port)
    // `ss` succeeds also where the kernel ignores it.
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), 500))
    if (await Promise.race([broken, late])) return undefined
    return 'ss -K does not end connections here (it needs root, and a kernel with INET_DIAG_DESTROY)'
  } catch (error) {
    return `ss -K cannot be run here (apt-get install iproute2; it needs root): ${(error as Error).message}`
  } finally {
    client.destroy()
    server.close()
  }
}
