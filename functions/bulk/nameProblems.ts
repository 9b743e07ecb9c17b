/** Names the mounts that a plan finds below its targets: the plan knows by the forks that there are some. */

import type { Store } from '../ports/store.ts';
import { pathInUse } from '../remount/errors.ts';
import { treeKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type FoundRow, type Problem, placeId } from './plan.ts';

/** One query for each such problem; a plan that can be carried out has none. */
export function nameProblems(store: Store, problems: Problem[], rows: FoundRow[]): Promise<Problem[]> {
  const leaving = new Set(
    rows.flatMap(({ mount }) => (mount ? [placeId(mount.namespaceId, mount.path)] : [])),
  );
  return severalAtOnce(problems, async (problem) => {
    const { below } = problem;
    if (!below) return problem;
    const { table, pk, sk: prefix } = treeKey(below.namespace.id, below.path);
    for await (const page of store.pages({ table, pk, prefix })) {
      const staying = page.find(({ kind, sk }) => kind !== 'fork' && !leaving.has(placeId(pk, sk)));
      if (staying) return { ...problem, message: pathInUse(below.namespace.path + staying.sk).message };
    }
    return problem;
  });
}
