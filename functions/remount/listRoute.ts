/** The endpoint that lists migrations. */

import { parseDuration, parseTime } from '../http/duration.ts';
import { answerBytes } from '../http/envelope.ts';
import { refusal, unsupportedPath } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Wire } from '../http/shape.ts';
import { MAX_LISTED_BYTES, MAX_LISTED_MIGRATIONS } from '../limits.ts';
import { LISTED, type MigrationInfo } from './answers.ts';
import { listMigrations, oldestListed } from './listing.ts';
import { fullPath, isMigrationId, type Migration, type Place } from './migration.ts';
import { migrationInfo } from './migrationInfo.ts';
import { readMigration } from './readMigration.ts';
import { readerOf } from './requesterInfo.ts';

const FIELDS = {
  after: 'string',
  limit: 'int',
  status: 'string',
  source: 'string',
  target: 'string',
  bulk_id: 'string',
  since: 'string',
} as const satisfies Schema;

const STATUSES = ['in-progress', 'success', 'failure'];

export const listRoute: Route = route({
  path: 'sys/remount/status',
  fields: FIELDS,
  query: Object.keys(FIELDS) as (keyof typeof FIELDS)[],
  answers: { read: null, list: LISTED },
  read: async () => {
    throw unsupportedPath();
  },
  list,
});

async function list(call: Call<typeof FIELDS>): Promise<Reply<Wire<typeof LISTED>> | undefined> {
  const { deps, namespace, fields } = call;
  const { migrations, isCut } = await listMigrations(deps, namespace, {
    after: await afterOf(call),
    since: sinceOf(call),
    limit: fields.limit && fields.limit > 0 ? fields.limit : Number.POSITIVE_INFINITY,
    wanted: filterOf(call),
  });
  // 404 means that there is none. A listing that stopped at its limit cannot know that.
  if (migrations.length === 0 && !isCut) return undefined;
  const reader = readerOf(call);
  const infos = fitting(migrations.map((migration) => [migration.id, migrationInfo(migration, reader)]));
  const end = infos.length < migrations.length ? infos.length : isCut && MAX_LISTED_MIGRATIONS;
  const warnings = end ? [`the listing ends after ${end} migrations`] : [];
  return { data: { keys: infos.map(([id]) => id), key_info: Object.fromEntries(infos) }, warnings };
}

type Entry = [id: string, info: MigrationInfo];

/** The first entries, as many as one answer can hold. */
function fitting(infos: Entry[]): Entry[] {
  let bytes = 0;
  const end = infos.findIndex((entry) => {
    bytes += answerBytes(JSON.stringify(entry));
    return bytes > MAX_LISTED_BYTES;
  });
  return end === -1 ? infos : infos.slice(0, end);
}

async function afterOf({ deps, namespace, fields }: Call<typeof FIELDS>): Promise<Migration | undefined> {
  if (!fields.after) return undefined;
  const migration = isMigrationId(fields.after) ? await readMigration(deps, fields.after) : undefined;
  if (!migration?.visibleTo.includes(namespace.id)) throw refusal('no migration has the id given as after');
  return migration;
}

/** Reads a time or an age; no record is older than the retention. */
function sinceOf({ deps, fields }: Call<typeof FIELDS>): number {
  const oldest = oldestListed(deps.clock.now(), deps.settings.retentionS);
  if (!fields.since) return oldest;
  const time = parseTime(fields.since);
  if (!Number.isNaN(time)) return Math.max(time, oldest);
  const seconds = parseDuration(fields.since);
  if (seconds === undefined) throw refusal('since is neither a time nor a duration');
  return Math.max(deps.clock.now() - seconds * 1_000, oldest);
}

function filterOf({ fields }: Call<typeof FIELDS>): (migration: Migration) => boolean {
  const { status, source = '', target = '', bulk_id: bulkId } = fields;
  if (status && !STATUSES.includes(status)) throw refusal(`status is one of ${STATUSES.join(', ')}`);
  return (migration) =>
    (!status || migration.status === status) &&
    hasPart(migration.source, source) &&
    hasPart(migration.target, target) &&
    (!bulkId || migration.bulkId === bulkId);
}

/** Whether the path from the root namespace has the text in it, in any case, as people search. */
function hasPart(place: Place, part: string): boolean {
  return fullPath(place).toLowerCase().includes(part.trim().toLowerCase());
}
