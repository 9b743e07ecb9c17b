/** Tools of the service that keep nothing: random bytes and hashes (contract §10). */

import { createHash } from 'node:crypto';
import { goQuote, refusal } from '../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { MAX_RANDOM_BYTES } from '../limits.ts';

const RANDOM_FIELDS = { bytes: 'int', format: 'string', source: 'string' } as const;
const HASH_FIELDS = { input: 'string', algorithm: 'string', format: 'string' } as const;

export const toolRoutes: readonly Route[] = [
  route({
    path: 'sys/tools/random/:urlbytes*',
    fields: RANDOM_FIELDS,
    answers: { write: { random_bytes: 'string' } },
    write: giveRandom,
  }),
  route({
    path: 'sys/tools/hash/:urlalgorithm*',
    fields: HASH_FIELDS,
    answers: { write: { sum: 'string' } },
    write: hash,
  }),
];

/** Where the bytes may come from. There is one generator here, so all of them are the same. */
const SOURCES = ['platform', 'seal', 'all'];
const NO_SEAL = 'no seal/entropy augmentation available, using platform entropy source';

/** The path may have the source, the number of bytes, or first the one and then the other. */
async function giveRandom({
  deps,
  params,
  fields,
}: Call<typeof RANDOM_FIELDS>): Promise<Reply<{ random_bytes: string }>> {
  const [first = '', ...rest] = (params.urlbytes ?? '').split('/');
  const hasSource = rest.length > 0 || SOURCES.includes(first);
  const source = hasSource ? first : 'platform';
  const count = hasSource ? rest.join('/') : first;
  const bytes = count === '' ? (fields.bytes ?? 32) : wholeNumber(count);
  if (bytes < 1) throw refusal("'bytes' cannot be less than 1");
  if (bytes > MAX_RANDOM_BYTES) throw refusal(`'bytes' should be less than ${MAX_RANDOM_BYTES}`);
  const { format = 'base64' } = fields;
  if (!isFormat(format)) throw unsupportedFormat(goQuote(format));
  if (!SOURCES.includes(source))
    throw refusal(`unsupported entropy source ${goQuote(source)}; must be "platform" or "seal", or "all"`);
  const random = Buffer.from(deps.ids.hex(2 * bytes), 'hex').toString(format);
  return { data: { random_bytes: random }, warnings: source === 'seal' ? [NO_SEAL] : [] };
}

function wholeNumber(text: string): number {
  if (/^[+-]?\d{1,15}$/.test(text)) return Number(text);
  throw refusal(`error parsing url-set byte count: strconv.Atoi: parsing ${goQuote(text)}: invalid syntax`);
}

const ALGORITHMS: Record<string, string> = {
  'sha2-224': 'sha224',
  'sha2-256': 'sha256',
  'sha2-384': 'sha384',
  'sha2-512': 'sha512',
  'sha3-224': 'sha3-224',
  'sha3-256': 'sha3-256',
  'sha3-384': 'sha3-384',
  'sha3-512': 'sha3-512',
};

async function hash({ params, fields }: Call<typeof HASH_FIELDS>): Promise<Reply<{ sum: string }>> {
  const input = decoded(fields.input ?? '');
  const { format = 'hex' } = fields;
  if (!isFormat(format)) throw unsupportedFormat(format);
  const name = params.urlalgorithm || (fields.algorithm ?? 'sha2-256');
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (!algorithm) throw refusal(`unsupported algorithm ${name}`);
  return { data: { sum: createHash(algorithm).update(input).digest(format) } };
}

/** @throws VaultError 400 with the place of the first character that is not of standard base64, as Go tells it */
function decoded(input: string): Buffer {
  const text = input.replace(/[\r\n]/g, '');
  const good = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
  const padding = good % 4 === 2 ? '==' : good % 4 === 3 ? '=' : '';
  if (good % 4 !== 1 && text.slice(good) === padding) return Buffer.from(text, 'base64');
  const at = good === text.length ? good - (good % 4) : good;
  throw refusal(`unable to decode input as base64: illegal base64 data at input byte ${at}`);
}

function isFormat(format: string): format is 'hex' | 'base64' {
  return format === 'hex' || format === 'base64';
}

/** @param shown the format as the endpoint's text shows it */
function unsupportedFormat(shown: string) {
  return refusal(`unsupported encoding format ${shown}; must be "hex" or "base64"`);
}
