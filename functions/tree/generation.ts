/** The generation of a mount: the number that cuts off what it issued before (architecture §4). */

import { ABSENT, type Write } from '../ports/store.ts';
import { generationKey } from '../store/keys.ts';

/** From the commit of this write on, nothing that carries an older generation is usable. It only ever rises. */
export function raiseGeneration(mountUuid: string, generation: number): Write {
  const put = { ...generationKey(mountUuid), generation };
  return { put, if: [ABSENT, { generation: { below: generation } }] };
}
