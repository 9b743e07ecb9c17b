/** The linter of the image's definition, which comes with moto. */

import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';

/** Where `.ci/run` puts it. */
export const HADOLINT = join(import.meta.dirname, '..', '..', '.build', 'moto', 'bin', 'hadolint');

export async function hasHadolint(): Promise<boolean> {
  return access(HADOLINT, constants.X_OK).then(
    () => true,
    () => false,
  );
}
