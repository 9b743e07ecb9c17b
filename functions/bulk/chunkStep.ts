/** A state of the workflow: carries out one chunk of a run, group after group, as much as fits the time. */

import { OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { advance } from './advance.ts';
import { type Progress, seen, stopOf } from './bulkRun.ts';
import { readRowsAt, readRun } from './readRun.ts';
import type { KeptRow, RowPage } from './rowRecord.ts';

/** What the workflow hands to the step, and gets back until nothing of the chunk is left. */
export interface ChunkPart {
  id: string;
  chunk: number;
  done: boolean;
}

/** @param until epoch milliseconds after which no further group is begun */
export async function chunkStep(deps: Deps, { id, chunk }: ChunkPart, until: number): Promise<ChunkPart> {
  await signOfLife(deps, id, until);
  let page: RowPage | undefined;
  for (;;) {
    const read = await readRun(deps.store, id);
    const progress = read?.progress.find((of) => of.chunk === chunk);
    const isOver = !read || !progress || read.run.status !== 'in-progress' || stopOf(read.run, read.counts);
    if (isOver || progress.closed || progress.cursor >= progress.rows) return { id, chunk, done: true };
    if (deps.clock.now() >= until) return { id, chunk, done: false };
    page = covers(page, progress) ? page : await readRowsAt(deps.store, id, chunk, progress.cursor);
    if (!page || !covers(page, progress)) throw new TypeError('the run has no such row');
    await advance({ deps, run: read.run, progress }, nextGroup(page, progress));
  }
}

function covers(page: RowPage | undefined, { cursor }: Progress): page is RowPage {
  return page !== undefined && page.first <= cursor && cursor < page.first + page.rows.length;
}

/** What is left of the group that the cursor stands in. */
function nextGroup({ first, rows }: RowPage, { cursor }: Progress): KeptRow[] {
  const left = rows.slice(cursor - first);
  return left.filter(({ group }) => group === left[0]?.group);
}

/** Moves the reconciler's next look behind the time this step may take. */
async function signOfLife({ store }: Deps, id: string, until: number): Promise<void> {
  // If the run has ended, there is nothing to tell.
  await commitUnlessDone(store, [seen(id, until + OVERDUE_MS)]);
}
