/** Who asked for a migration or a bulk run, in words. Without a name, it is not for the token that reads. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { namespaceName } from './format.ts';

type Requester = MigrationInfo['requested_by'];

export function requesterIn({ display_name, namespace }: Requester): string {
  return `${display_name || 'a token'} in ${namespaceName(namespace)}`;
}

/** As the cell of a table. */
export function requesterOf({ display_name }: Requester): string {
  return display_name || 'another namespace';
}
