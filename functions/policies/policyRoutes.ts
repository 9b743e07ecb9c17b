/** The endpoints that list, read, write and delete policies, at their present path and their old one (contract §5.1). */

import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Shape, type Wire } from '../http/shape.ts';
import { MAX_NAME_BYTES } from '../limits.ts';
import { ABSENT } from '../ports/store.ts';
import { policyKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { defaultUndeletable, immutable, nameMissing, nameTooLong, undeletable } from './errors.ts';
import { nextItem, OLD_POLICY, POLICY, type PolicyData, policyData, recordOf } from './policyRecord.ts';
import { POLICY_FIELDS, readNewPolicy } from './readNewPolicy.ts';

/** Policies that are what they are. */
const IMMUTABLE = ['root', 'response-wrapping'];

const OLD_LIST = { ...KEYS, policies: 'list' } as const satisfies Shape;

const fields = POLICY_FIELDS;

export const policyRoutes: readonly Route[] = [
  route({
    path: 'sys/policies/acl',
    answers: { list: KEYS },
    list: async (call) => ({ data: { keys: await listPolicies(call) } }),
  }),
  route({
    path: 'sys/policies/acl/:name*',
    fields,
    answers: { read: POLICY, write: null, delete: null },
    read: async (call) => {
      const data = await readPolicy(call);
      return data && { data };
    },
    write: (call) => writePolicy(call, call.fields.policy, []),
    delete: deletePolicy,
  }),
  route({ path: 'sys/policy', answers: { read: OLD_LIST, list: OLD_LIST }, read: listOld, list: listOld }),
  route({
    path: 'sys/policy/:name*',
    fields,
    answers: { read: OLD_POLICY, write: null, delete: null },
    read: async (call) => {
      const found = await readPolicy(call);
      if (!found) return undefined;
      const { policy: rules, ...data } = found;
      return { data: { ...data, rules } };
    },
    write: (call) => {
      const { policy, rules } = call.fields;
      const isOld = !policy && rules;
      return writePolicy(
        call,
        policy || rules,
        isOld ? ["'rules' is deprecated, please use 'policy' instead"] : [],
      );
    },
    delete: deletePolicy,
  }),
];

async function listOld(call: Call): Promise<Reply<Wire<typeof OLD_LIST>>> {
  const keys = await listPolicies(call);
  return { data: { keys, policies: keys } };
}

async function listPolicies({ deps, namespace }: Call): Promise<string[]> {
  const { table, pk } = policyKey(namespace.id, '');
  const items = await deps.store.query({ table, pk });
  const now = deps.clock.now();
  const names = items.filter((item) => recordOf(item.sk, item, now)).map(({ sk }) => sk);
  const all = [...new Set([...names, 'default'])].sort();
  return namespace.id === 'root' ? [...all, 'root'] : all;
}

async function readPolicy(call: Call): Promise<PolicyData | undefined> {
  const { deps, namespace } = call;
  const { name } = nameIn(call);
  if (isTooLong(name)) return undefined;
  const item = await deps.store.get(policyKey(namespace.id, name));
  const record = recordOf(name, item, deps.clock.now());
  return record && policyData(name, record);
}

async function writePolicy(
  call: Call<typeof POLICY_FIELDS>,
  text: string | undefined,
  warnings: string[],
): Promise<Reply | undefined> {
  const { deps, namespace } = call;
  const { name, typed } = nameIn(call);
  if (isTooLong(name)) throw nameTooLong(MAX_NAME_BYTES);
  const order = readNewPolicy(text, call.fields, deps.clock.now());
  if (IMMUTABLE.includes(name)) throw immutable(name);
  const key = policyKey(namespace.id, name);
  const revision = deps.ids.hex(16);
  await retryContended(async () => {
    const item = await deps.store.get(key);
    // The first try went through although its answer was lost.
    if (item?.revision === revision) return;
    const now = deps.clock.now();
    const put = { ...nextItem(key, recordOf(name, item, now), order, now), revision };
    await deps.store.commit([{ put, if: item ? { version: item.version as number } : ABSENT }]);
  });
  const converted = name === typed ? [] : [`policy name was converted to ${name}`];
  const all = [...converted, ...warnings];
  return all.length > 0 ? { warnings: all } : undefined;
}

async function deletePolicy(call: Call): Promise<void> {
  const { name } = nameIn(call);
  if (IMMUTABLE.includes(name)) throw undeletable(name);
  if (name === 'default') throw defaultUndeletable();
  if (isTooLong(name)) return;
  await call.deps.store.commit([{ delete: policyKey(call.namespace.id, name) }]);
}

/** Names count in lower case only. */
function nameIn({ params }: Pick<Call, 'params'>): { name: string; typed: string } {
  const typed = params.name ?? '';
  const name = typed.trim().toLowerCase();
  if (name === '') throw nameMissing();
  return { name, typed };
}

function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > MAX_NAME_BYTES;
}
