/** The script for a shell, by its name. */

import { usage } from '../errors.ts';
import { bashScript } from './bash.ts';
import { fishScript } from './fish.ts';
import type { Vocabulary } from './vocabulary.ts';
import { zshScript } from './zsh.ts';

const SHELLS: Record<string, (vocabulary: Vocabulary) => string> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** @throws CommandError for another shell */
export function completionScript(shell: string, vocabulary: Vocabulary): string {
  const script = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (!script) throw usage(`completions are there for ${Object.keys(SHELLS).join(', ')}`);
  return script(vocabulary);
}
