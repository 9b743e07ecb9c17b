/** What a request asks for of policies. Pure. */

import { refusal } from '../http/errors.ts';
import { policiesOfCluster } from './errors.ts';

/** What becomes of the rules that a move makes useless: they stay, get one for the target beside them, or its path. */
export type PolicyMode = 'keep' | 'add' | 'follow';

const MODES: readonly PolicyMode[] = ['keep', 'add', 'follow'];

/** @throws VaultError 400 for another word, or for a change of the policies of a cluster */
export function readPolicyMode(given: string | undefined, isOnCluster: boolean): PolicyMode {
  const mode = MODES.find((one) => one === (given || 'keep'));
  if (mode === undefined) throw refusal(`policies is one of ${MODES.map((one) => `"${one}"`).join(', ')}`);
  if (mode !== 'keep' && isOnCluster) throw policiesOfCluster();
  return mode;
}
