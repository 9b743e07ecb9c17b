/** The endpoints that list, read, write and delete policies, at the current path and the old one (contract §5.1). */

import { goQuote, refusal, unsupportedOperation } from '../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Shape, type Wire } from '../http/shape.ts';
import { MAX_NAME_BYTES } from '../limits.ts';
import { ABSENT } from '../ports/store.ts';
import { policyKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { nextItem, OLD_POLICY, POLICY, type PolicyData, policyData, policyRecordOf } from './policyRecord.ts';
import { OLD_POLICY_SYNONYMS, POLICY_FIELDS, readNewPolicy } from './readNewPolicy.ts';

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
    path: 'sys/policies/acl/:name+',
    names: { name: policyName },
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
    path: 'sys/policy/:name+',
    names: { name: policyName },
    fields,
    synonyms: OLD_POLICY_SYNONYMS,
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
  const names = items.filter((item) => policyRecordOf(item.sk, item, now)).map(({ sk }) => sk);
  const all = [...new Set([...names, 'default'])].sort(byDepth);
  return namespace.id === 'root' ? [...all, 'root'] : all;
}

/** Names with a slash come after all others. */
function byDepth(a: string, b: string): number {
  return Number(a.includes('/')) - Number(b.includes('/')) || (a < b ? -1 : 1);
}

async function readPolicy(call: Call): Promise<PolicyData | undefined> {
  const { deps, namespace } = call;
  const name = nameIn(call);
  if (isTooLong(name)) return undefined;
  const item = await deps.store.get(policyKey(namespace.id, name));
  const record = policyRecordOf(name, item, deps.clock.now());
  return record && policyData(name, record);
}

async function writePolicy(
  call: Call<typeof POLICY_FIELDS>,
  text: string | undefined,
  warnings: string[],
): Promise<Reply | undefined> {
  const { deps, namespace } = call;
  const name = nameIn(call);
  if (isTooLong(name)) throw refusal(`the name of a policy has at most ${MAX_NAME_BYTES} bytes`);
  const order = readNewPolicy(text, call.fields, deps.clock.now());
  if (IMMUTABLE.includes(name)) throw refusal(`cannot update ${goQuote(name)} policy`);
  const key = policyKey(namespace.id, name);
  const revision = deps.ids.hex(16);
  await retryContended(async () => {
    const item = await deps.store.get(key);
    // An earlier try was committed, although its answer was lost.
    if (item?.revision === revision) return;
    const now = deps.clock.now();
    const put = { ...nextItem(key, policyRecordOf(name, item, now), order, now), revision };
    await deps.store.commit([{ put, if: item ? { version: item.version as number } : ABSENT }]);
  });
  return warnings.length > 0 ? { warnings } : undefined;
}

async function deletePolicy(call: Call): Promise<void> {
  const name = nameIn(call);
  if (IMMUTABLE.includes(name)) throw refusal(`cannot delete ${goQuote(name)} policy`);
  if (name === 'default') throw refusal('cannot delete default policy');
  if (isTooLong(name)) return;
  await call.deps.store.commit([{ delete: policyKey(call.namespace.id, name) }]);
}

/** Policy names are in lower case, without spaces around them. */
function policyName(sent: string): string {
  return sent.trim().toLowerCase();
}

function nameIn({ params: { name } }: Pick<Call, 'params'>): string {
  if (!name) throw unsupportedOperation();
  return name;
}

function isTooLong(name: string): boolean {
  return Buffer.byteLength(name) > MAX_NAME_BYTES;
}
