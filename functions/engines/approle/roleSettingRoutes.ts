/** The settings of a role one by one: each can be read, written and reset (contract §8.2). */

import { refusal, unsupportedPath } from '../../http/errors.ts';
import type { Schema } from '../../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import type { Shape } from '../../http/shape.ts';
import { nameOfCall } from '../callParts.ts';
import { changeRole, ROLE_NAMES, readRole } from './role.ts';
import { ROLE, ROLE_FIELDS, ROLE_SYNONYMS, type RoleFields, roleWith, showSettings } from './roleSettings.ts';

interface Setting {
  /** The last segment of its path. */
  path: string;
  /** The field that it is in a role. */
  field: keyof RoleFields & keyof typeof ROLE;
  /** An older name of the field, taken as well, and shown if it was used. */
  older?: 'policies' | 'period';
  /** What a reset sets it to. */
  unset: 0 | readonly [];
  /** The name that is missed when a write has none of the fields; absent if such a write does nothing. */
  missed?: string;
}

const SETTINGS: readonly Setting[] = [
  { path: 'policies', field: 'token_policies', older: 'policies', unset: [], missed: 'token_policies' },
  { path: 'period', field: 'token_period', older: 'period', unset: 0, missed: 'period' },
  { path: 'token-bound-cidrs', field: 'token_bound_cidrs', unset: [] },
  { path: 'token-max-ttl', field: 'token_max_ttl', unset: 0, missed: 'token_max_ttl' },
  { path: 'token-num-uses', field: 'token_num_uses', unset: 0, missed: 'token_num_uses' },
  { path: 'token-ttl', field: 'token_ttl', unset: 0, missed: 'token_ttl' },
  { path: 'secret-id-bound-cidrs', field: 'secret_id_bound_cidrs', unset: [] },
  { path: 'secret-id-num-uses', field: 'secret_id_num_uses', unset: 0, missed: 'secret_id_num_uses' },
  { path: 'secret-id-ttl', field: 'secret_id_ttl', unset: 0, missed: 'secret_id_ttl' },
];

const LOCAL: Shape = { local_secret_ids: 'bool' };

export const roleSettingRoutes: readonly Route[] = [
  ...SETTINGS.map(settingRoute),
  route({
    path: 'role/:name/local-secret-ids',
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    answers: { read: LOCAL },
    read: (call) => show(call, Object.keys(LOCAL)),
  }),
];

function settingRoute({ path, field, older, unset, missed }: Setting): Route {
  const fields: Schema = { [field]: ROLE_FIELDS[field], ...(older && { [older]: ROLE_FIELDS[older] }) };
  const shape: Shape = { [field]: ROLE[field], ...(older && { [`${older}?`]: ROLE_FIELDS[older] }) };
  return route({
    path: `role/:name/${path}`,
    names: ROLE_NAMES,
    checkPath: nameOfCall,
    fields,
    synonyms: ROLE_SYNONYMS,
    answers: { read: shape, write: null, delete: null },
    read: (call) => show(call, Object.keys(fields)),
    async write(call) {
      const sent = Object.entries(call.fields).filter(([, value]) => value !== undefined);
      await changeRole(call, (before) => {
        if (!before) throw unsupportedPath();
        if (sent.length === 0 && missed) throw refusal(`missing ${missed}`);
        return { after: roleWith(before, Object.fromEntries(sent)) };
      });
    },
    async delete(call) {
      if (!(await readRole(call))) return;
      await changeRole(call, (before) => {
        if (!before) throw unsupportedPath();
        return { after: roleWith(before, { [field]: unset }) };
      });
    },
  });
}

/** The settings with these names; an older name is shown only if it was used. */
async function show(
  call: Pick<Call, 'deps' | 'mount' | 'params'>,
  names: readonly string[],
): Promise<Reply | undefined> {
  const role = await readRole(call);
  const shown = role && Object.entries(showSettings(role)).filter(([name]) => names.includes(name));
  return shown && { data: Object.fromEntries(shown) };
}
