/** The next versions' migrations: ours, and more that change the tables that purchases use. */
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/platform/package-root.ts'

/** Names sort behind every number that we will ever give out. */
const FIRST_NUMBER = 9_000
const changes = (version: number): string => `
alter table events add column next_version_rank_${version} integer not null default 0;
alter table event_inventory add constraint next_version_check_${version} check (capacity < 1000000000) not valid;
alter table orders add column next_version_note_${version} text;
create index next_version_index_${version} on tickets (issued_at);
`

/**
 * @param parent A folder that goes away with the test.
 * @param version How many versions ahead; each of them changes the same tables.
 * @returns Where the migrations are.
 */
export async function writeNextVersion(parent: string, version = 1): Promise<string> {
  const folder = join(parent, 'migrations')
  await cp(new URL('migrations', packageRoot), folder, { recursive: true })
  for (let n = 1; n <= version; n += 1) {
    await writeFile(join(folder, `${FIRST_NUMBER + n}_next_version.sql`), changes(n))
  }
  return folder
}
