/**
 * For a machine of two cores and a few gigabytes. Durability is PostgreSQL's own default and spelt
 * out because the shop's promise rests on it: an answer means a commit that is on disk.
 */
const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',

  // The socket is the only way in.
  listen_addresses: '',
  unix_socket_permissions: '0700',
  max_connections: '100',

  shared_buffers: '256MB',
  // Few checkpoints: after each one, every page is written to the log in full when first changed.
  // The log is not compressed: the disk has room for it and the processor is what runs short.
  max_wal_size: '4GB',
  // Files of the log are used again up to this much, see `spare-log.ts`.
  min_wal_size: '1GB',
  checkpoint_timeout: '15min',
  // Seeking costs next to nothing on a solid-state disk.
  random_page_cost: '1.1',
  // Compiling takes longer than the short statements here.
  jit: 'off',

  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
  // A statement's error goes to whoever sent it, and we log it there. Here it would only let a flood
  // of refused requests fill the disk.
  log_min_messages: 'log',
}

export function settingArguments(overrides: Record<string, string> = {}): string[] {
  return Object.entries({ ...DEFAULT_SETTINGS, ...overrides }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
}
