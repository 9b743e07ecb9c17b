/** The parts of the service that processor time is counted for, and which part a source belongs to. Pure. */

import type { Source } from './sources.ts';

export const PARTS = {
  ours: 'our code',
  sdk: 'AWS SDK',
  serialisation: 'serialisation',
  hash: 'password hash',
  log: 'log lines',
  gateway: 'local gateway',
  runtime: 'runtime stand-in',
  aws: 'stand-ins of other AWS services',
  sockets: 'Node: HTTP and sockets',
  node: 'Node: the rest',
  collection: 'Node: garbage collection',
} as const;

export type Part = keyof typeof PARTS;

/** The first that fits. A folder of a package fits wherever the package is installed. */
const BY_SOURCE: [RegExp, Part][] = [
  [/^functions\//, 'ours'],
  [
    /node_modules\/(@aws-sdk\/util-dynamodb|@smithy\/core\/.*(protocols|schema|serde|cbor))\//,
    'serialisation',
  ],
  [/node_modules\/@aws-sdk\/core\/.*protocols\//, 'serialisation'],
  [/node_modules\/(@aws-lambda-powertools)\//, 'log'],
  [/node_modules\/bcryptjs\//, 'hash'],
  [/^infra\/local\/logFile/, 'log'],
  [
    /^infra\/local\/(connection|deadline|gateway|listVerb|loopback|restEvent|restResult|routes)\.ts/,
    'gateway',
  ],
  [/^infra\/local\/(lambda|service)/, 'runtime'],
  [
    /^infra\/local\/|node_modules\/(aws-local-stepfunctions|jsonpath-plus|@aws-sdk\/client-dynamodb-streams)/,
    'aws',
  ],
  [/node_modules\/(@aws-sdk|@aws-crypto|@smithy)\//, 'sdk'],
];

/** Functions of V8 and Node that are written in C++. */
const BY_NAME = new Map<string, Part>([
  ['(garbage collector)', 'collection'],
  ['parse', 'serialisation'],
  ['stringify', 'serialisation'],
  ['postMessage', 'runtime'],
  ['execute', 'sockets'],
  ...['writev', 'writeBuffer', 'writeString', 'writeUtf8String', 'writeLatin1String', 'readStart'].map(
    (name) => [name, 'sockets'] as const,
  ),
]);

const SOCKETS = /^node:(_http|net|internal\/(stream|streams|http|stream_base_commons)|stream)/;

/** @param functionName decides only for what is written in C++ */
export function partOf(source: Source, functionName: string): Part {
  if (source === 'node') return BY_NAME.get(functionName) ?? 'node';
  if (isOfNode(source)) return SOCKETS.test(source) ? 'sockets' : 'node';
  return BY_SOURCE.find(([pattern]) => pattern.test(source))?.[1] ?? 'ours';
}

/** How a source is shown: a file of the repository, or the part. */
export function labelOf(source: Source, part: Part): string {
  return isOfNode(source) || source.includes('node_modules/') ? PARTS[part] : source;
}

export function isOfNode(source: Source): boolean {
  return /^node(:|$)/.test(source);
}
