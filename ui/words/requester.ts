/** Who asked for a migration or a bulk run, in words. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';

/** Without a name, the requester is not for the token that reads. */
export function requesterIn({ display_name, namespace }: MigrationInfo['requested_by']): string {
  return `${display_name || 'a token'} in ${namespace === '' ? 'the root namespace' : namespace}`;
}
