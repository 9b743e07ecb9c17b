/** Starts the workflow of a record, which has been stored before. */

import type { Deps, Workflows } from '../ports/deps.ts';

/** If the start fails, the reconciler starts the workflow later, so the caller does not fail (architecture §5). */
export async function startWorkflow(
  { workflows, log }: Pick<Deps, 'workflows' | 'log'>,
  machine: Parameters<Workflows['start']>[0],
  { id, attempt }: { id: string; attempt: number },
): Promise<void> {
  try {
    await workflows.start(machine, `${id}-${attempt}`, { id });
  } catch (error) {
    log.warn('the workflow did not start and is left to the reconciler', {
      machine,
      id,
      error: (error as Error).name,
    });
  }
}
