import { isIP } from 'node:net'

const GROUPS = 8
/** Of the eight, those that name the network: what is behind them is the subscriber's to choose. */
const NETWORK_GROUPS = 4

/**
 * Whom a client's address counts as. An IPv4 address is one client; an IPv6 subscriber has at least
 * a /64, and with it more addresses than anybody could count one by one.
 * @param address Undefined of a client that hung up before its request was read.
 * @returns The address, or the network as `2001:db8:0:1::/64`; nothing for no address.
 */
export function networkOf(address: string | undefined): string {
  if (address === undefined) return ''
  // Most have no colon, and a look is cheaper than a proof.
  if (!address.includes(':') || isIP(address) !== 6) return address
  const [plain = ''] = address.split('%')
  const mapped = /^::ffff:([\d.]+)$/i.exec(plain)?.[1]
  if (mapped !== undefined) return mapped
  const [head = [], tail = []] = plain.split('::').map((part) => part.split(':').filter(Boolean))
  // An IPv4 address at the end stands for two groups.
  const written = head.length + tail.length + (plain.includes('.') ? 1 : 0)
  const groups = [...head, ...Array<string>(Math.max(0, GROUPS - written)).fill('0'), ...tail]
  const network = groups.slice(0, NETWORK_GROUPS).map((group) => parseInt(group, 16).toString(16))
  return `${network.join(':')}::/64`
}
