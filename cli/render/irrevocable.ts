/** Texts about leases that could not be revoked. */

import type { IrrevocableList } from '../../functions/remount/answers.ts';
import { columns } from './columns.ts';
import { counted } from './numbers.ts';

export function irrevocableLines({ keys, key_info, hidden_leases: hidden }: IrrevocableList): string[] {
  if (keys.length + hidden === 0) return ['No lease is irrevocable.'];
  const rows = keys.map((key) => [key, key_info[key]?.time ?? '', key_info[key]?.reason ?? '']);
  const table = keys.length === 0 ? [] : columns([['LEASE', 'GIVEN UP', 'REASON'], ...rows]);
  return hidden === 0 ? table : [...table, `Not shown: ${counted(hidden, 'lease')}. ${WHY_HIDDEN}`];
}

const WHY_HIDDEN =
  'Issued outside this namespace, or the token may not list the leases of the mount (sys/leases/lookup).';
