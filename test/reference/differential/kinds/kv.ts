/** kv of both versions, whatever is mounted where a step goes. */

import type { Chance } from '../../../support/chance.ts';
import { type Kinds, listing, step } from '../step.ts';
import {
  DURATIONS,
  encoded,
  MERGE_PATCH,
  ODD_BODIES,
  SECRETS,
  someEngine,
  someKey,
  someOf,
} from '../values.ts';

const CONTENT_TYPES = [
  ...[{}, {}, { 'Content-Type': 'application/json' }, MERGE_PATCH],
  ...[{ 'Content-Type': 'application/x-www-form-urlencoded' }, { 'Content-Type': 'text/plain' }],
];
const VERSION_QUERIES = [
  '',
  '',
  '',
  '?version=1',
  '?version=2',
  '?version=0',
  '?version=-1',
  '?version=x',
  '?version=',
  '?version=99',
  '?version=1&version=2',
  '?other=1',
];
const VERSIONS = [[1], [1, 2], '1,2', 1, ['1'], [], ['x'], [0], [-1], [99], null];
const DEPTHS = ['', '', '', '?depth=1', '?depth=0', '?depth=-1', '?depth=x', '?version=1'];
const CONFIGS = [
  { max_versions: 2 },
  { cas_required: true },
  { cas_required: false },
  { max_versions: -1 },
  { max_versions: 'x' },
  { max_versions: '3' },
  { max_versions: 1.5 },
  {},
  { metadata_cas_required: false },
  { unknown: 1 },
];

export const KV_KINDS: Kinds = {
  'kv1 write': [
    8,
    (chance) =>
      step(write(chance), `${someEngine(chance)}/${someKey(chance)}`, { body: chance.pick(SECRETS) }),
  ],
  'kv1 read': [6, (chance) => step('GET', `${someEngine(chance)}/${someKey(chance)}`)],
  'kv1 list': [
    4,
    (chance) =>
      listing(
        chance,
        `${someEngine(chance)}/${encoded(chance.pick(['', '', 'deep', 'deep/', 'K', 'none', '日本']))}`,
      ),
  ],
  'kv1 delete': [3, (chance) => step('DELETE', `${someEngine(chance)}/${someKey(chance)}`)],
  'kv odd body': [
    5,
    (chance) =>
      step(
        chance.pick(['POST', 'PUT', 'PATCH']),
        `${someEngine(chance)}/${chance.pick(['', 'data/', 'metadata/', ''])}k`,
        {
          raw: chance.pick(ODD_BODIES),
          headers: chance.pick(CONTENT_TYPES) as Record<string, string>,
        },
      ),
  ],
  'kv2 write': [
    9,
    (chance) =>
      step(write(chance), `${someEngine(chance)}/data/${someKey(chance)}`, { body: version(chance) }),
  ],
  'kv2 read': [
    7,
    (chance) => step('GET', `${someEngine(chance)}/data/${someKey(chance)}${chance.pick(VERSION_QUERIES)}`),
  ],
  'kv2 delete': [3, (chance) => step('DELETE', `${someEngine(chance)}/data/${someKey(chance)}`)],
  'kv2 versions': [
    6,
    (chance) =>
      step(
        write(chance),
        `${someEngine(chance)}/${chance.pick(['delete', 'undelete', 'destroy'])}/${someKey(chance)}`,
        {
          body: chance.fraction() < 0.1 ? {} : { versions: chance.pick(VERSIONS) },
        },
      ),
  ],
  'kv2 metadata read': [
    5,
    (chance) =>
      step(
        'GET',
        `${someEngine(chance)}/${chance.pick(['metadata', 'metadata', 'subkeys'])}/${someKey(chance)}${chance.pick(DEPTHS)}`,
      ),
  ],
  'kv2 metadata write': [
    6,
    (chance) =>
      step(write(chance), `${someEngine(chance)}/metadata/${someKey(chance)}`, { body: metadata(chance) }),
  ],
  'kv2 metadata patch': [
    4,
    (chance) =>
      step('PATCH', `${someEngine(chance)}/metadata/${someKey(chance)}`, {
        body: metadata(chance),
        headers: MERGE_PATCH,
      }),
  ],
  'kv2 metadata check': [
    5,
    (chance) =>
      step(
        chance.pick(['POST', 'POST', 'PATCH', 'GET']),
        `${someEngine(chance)}/${chance.pick(['metadata/k', 'metadata/k', 'metadata/deep/er', 'config', 'detailed-metadata/?list=true'])}`,
        {
          body: {
            ...someOf(chance, 0.4, {
              metadata_cas: [0, 1, 2, '1', -1, 'x', null],
              metadata_cas_required: [true, false, 'x', null],
              custom_metadata: [
                { a: 'b' },
                { c: 'd' },
                { a: null },
                { ü: 'ß' },
                { a: '' },
                { a: true },
                [],
                [{ a: 'b' }],
              ],
              cas_required: [true, false, null],
              max_versions: [3, null],
              delete_version_after: ['1h', '0s', '', null],
            }),
          },
          headers: MERGE_PATCH,
        },
      ),
  ],
  'kv2 metadata delete': [2, (chance) => step('DELETE', `${someEngine(chance)}/metadata/${someKey(chance)}`)],
  'kv2 patch': [
    5,
    (chance) =>
      step('PATCH', `${someEngine(chance)}/data/${someKey(chance)}`, {
        body: {
          data: chance.pick<unknown>([...SECRETS, null, { a: null }, { n: { m: null } }]),
          ...someOf(chance, 0.3, { options: [{ cas: 0 }, { cas: 1 }, { cas: 2 }] }),
        },
        headers: chance.pick([MERGE_PATCH, MERGE_PATCH, { 'Content-Type': 'application/json' }]),
      }),
  ],
  'kv2 list': [
    5,
    (chance) =>
      listing(
        chance,
        `${someEngine(chance)}/${chance.pick(['metadata', 'metadata/', 'data/', 'detailed-metadata/', 'subkeys/'])}${chance.pick(['', 'deep', 'deep/', 'none'])}`,
      ),
  ],
  'kv2 scan': [
    2,
    (chance) => step('GET', `${someEngine(chance)}/${chance.pick(['metadata/', '', 'data/'])}?scan=true`),
  ],
  'kv2 config read': [2, (chance) => step('GET', `${someEngine(chance)}/config`)],
  'kv2 config': [
    3,
    (chance) =>
      step('POST', `${someEngine(chance)}/config`, {
        body:
          chance.fraction() < 0.2
            ? { delete_version_after: chance.pick(DURATIONS) }
            : chance.pick<object>(CONFIGS),
      }),
  ],
};

const write = (chance: Chance): string => chance.pick(['POST', 'PUT']);

function version(chance: Chance): object {
  const data = chance.pick<object>(SECRETS);
  return chance.pick([
    ...[
      { data },
      { data },
      { data },
      { data, options: { cas: chance.pick([0, 1, 2, '1', -1, 1.5, 'x', null]) } },
    ],
    ...[
      { data: { a: 1 }, options: chance.pick([{}, null, [], 'x', { other: 1 }]) },
      {},
      { data: {}, extra: 1 },
    ],
  ]);
}

function metadata(chance: Chance): object {
  return {
    ...someOf(chance, 0.5, {
      custom_metadata: [
        { a: 'b' },
        { a: null },
        {},
        null,
        { a: 1 },
        'x',
        { ['k'.repeat(200)]: 'v' },
        { c: 'd', e: 'f' },
      ],
    }),
    ...someOf(chance, 0.3, {
      max_versions: [1, 2, 0, -1, 'x', '3'],
      cas_required: [true, false, 'x', null],
      delete_version_after: DURATIONS,
    }),
  };
}
