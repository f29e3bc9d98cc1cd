/** A next version's migrations: ours, and one more that changes the tables that purchases use. */
import { cp, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { packageRoot } from '../../src/platform/package-root.ts'

/** Names sort behind every number that we will ever give out. */
const NAME = '9999_next_version.sql'
const CHANGES = `
alter table events add column next_version_rank integer not null default 0;
alter table event_inventory add constraint next_version_check check (capacity < 1000000000) not valid;
alter table orders add column next_version_note text;
create index next_version_index on tickets (issued_at);
`

/** @param parent A folder that goes away with the test. @returns Where the migrations are. */
export async function writeNextVersion(parent: string): Promise<string> {
  const folder = join(parent, 'migrations')
  await cp(new URL('migrations', packageRoot), folder, { recursive: true })
  await writeFile(join(folder, NAME), CHANGES)
  return folder
}
