/** Where browsers on this machine reach the shop, as long as nobody says how everybody does. */
export function ownUrl(own: { host: string; port: number; isTls: boolean }): string {
  const { host, port, isTls } = own
  // An address that stands for all of them is no address to go to.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `${isTls ? 'https' : 'http'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
