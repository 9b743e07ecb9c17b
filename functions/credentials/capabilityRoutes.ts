/** What a token may do with paths (contract §10). */

import { refusal, wrapped } from '../http/errors.ts';
import { type Answers, type Call, oldAndNew, type Reply, type Route, route } from '../http/route.ts';
import { Meant } from '../http/shape.ts';
import { type Acl, capabilitiesOf } from '../policies/acl.ts';
import { sha256 } from '../store/keys.ts';
import { aclOf } from './caller.ts';
import { invalidAccessor, MISSING_ACCESSOR } from './errors.ts';
import { hashByAccessor, usableToken } from './findToken.ts';

const PATH_LIST = new Meant('list', { spellings: (path) => [path.replace(/^\//, '')] });
const PATHS = { paths: PATH_LIST, path: PATH_LIST } as const;
const synonyms = oldAndNew({ path: 'paths' });
const WITH_TOKEN = { ...PATHS, token: 'string' } as const;
const WITH_ACCESSOR = { ...PATHS, accessor: 'string' } as const;

const answers = { write: { '*': 'list' } } as const satisfies Answers;

export const capabilityRoutes: readonly Route[] = [
  route({
    path: 'sys/capabilities-self',
    fields: WITH_TOKEN,
    synonyms,
    answers,
    write: async (call) => answer(call, call.caller?.acl),
  }),
  route({
    path: 'sys/capabilities',
    fields: WITH_TOKEN,
    synonyms,
    answers,
    write: async (call) => {
      const { token } = call.fields;
      if (!token) throw wrapped(400, 'no token found');
      return answer(call, await aclOfToken(call, sha256(token)));
    },
  }),
  route({
    path: 'sys/capabilities-accessor',
    fields: WITH_ACCESSOR,
    synonyms,
    answers,
    write: async (call) => {
      const { accessor } = call.fields;
      if (!accessor) throw refusal(MISSING_ACCESSOR);
      const hash = await hashByAccessor(call.deps, accessor);
      const acl = hash && (await aclOfToken(call, hash));
      if (!acl) throw invalidAccessor();
      return answer(call, acl);
    },
  }),
];

/** Another token is found only in the namespace of the request and below (R10). */
async function aclOfToken({ deps, namespace }: Pick<Call, 'deps' | 'namespace'>, hash: string) {
  const token = await usableToken(deps, hash, namespace);
  return token && aclOf(deps, token);
}

function answer(call: Call<typeof PATHS>, acl: Acl | undefined): Reply<Record<string, string[]>> {
  const paths = pathsOf(call);
  if (!acl) throw wrapped(400, 'invalid token');
  const found = paths.map((path) => capabilitiesOf(acl, fullPath(call, path)));
  const named = paths.map((path, i) => [path, found[i] ?? []] as const);
  const [first] = found;
  const alone = first && found.length === 1 ? [['capabilities', first] as const] : [];
  return { data: Object.fromEntries([...named, ...alone]) };
}

function pathsOf({ fields }: Pick<Call<typeof PATHS>, 'fields'>): string[] {
  const paths = fields.paths?.length ? fields.paths : fields.path;
  if (!paths?.length) throw refusal('paths must be supplied');
  return paths;
}

/** Paths are relative to the namespace of the request, whichever namespace the token is from. */
function fullPath({ namespace }: Pick<Call, 'namespace'>, path: string): string {
  return namespace.path + path.replace(/^\//, '');
}
