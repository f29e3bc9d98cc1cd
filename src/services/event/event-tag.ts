/**
 * The ETag of an event: `"<version>-<digest>"`. The digest is over the bytes, so that a tag never
 * says "not modified" when the remaining tickets or the state of the sale did change. If-Match
 * compares the version alone: an organizer's change must not be refused because a ticket was sold
 * meanwhile, only because another organizer changed the event.
 */
import { etagOf } from '../../platform/http/etag.ts'

export const eventTag = (version: number, bytes: Buffer): string =>
  `"${version}-${etagOf(bytes).slice(1, -1)}"`

const TAG = /^(?:W\/)?"(\d{1,10})(?:-[\w-]*)?"$/

/** True when an If-Match header names this version, or says that any will do. */
export function matchesVersion(header: string, version: number): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((tag) => Number(TAG.exec(tag.trim())?.[1]) === version)
}
