/** Reads the moves of a bulk run, page by page. */

import type { RowInfo } from '../../functions/bulk/answers.ts';
import { notFound } from '../errors.ts';
import { orIfNotFound } from './found.ts';
import { RUN_PATHS } from './runs.ts';
import type { Service } from './service.ts';

/** A move with the id of its migration. */
export type IdentifiedRow = RowInfo & { id: string };

/**
 * @param most at most this many
 * @returns those that have succeeded, or have failed, as far as the run has come
 * @throws CommandError if there is no such run
 */
export async function readRows(
  service: Service,
  runId: string,
  outcome: 'success' | 'failure',
  most = Number.POSITIVE_INFINITY,
): Promise<IdentifiedRow[]> {
  const { data } = await orIfNotFound(service.read(RUN_PATHS.status(runId)), () => {
    throw notFound('bulk run', runId, service.namespace);
  });
  const { succeeded, failed } = data.bulk_info.progress;
  const wanted = Math.min(outcome === 'success' ? succeeded : failed, most);
  const found: IdentifiedRow[] = [];
  for (let after: string | undefined; found.length < wanted; ) {
    const { data: page } = await service.list(RUN_PATHS.status(runId), { query: { after } });
    const rows: IdentifiedRow[] = page.keys.map((id: string) => ({ id, ...page.key_info[id] }));
    found.push(...rows.filter(({ status }) => status === outcome));
    after = page.keys.at(-1);
  }
  return found.slice(0, wanted);
}
