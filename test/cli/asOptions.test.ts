import { expect, it } from 'vitest';
import { asOptions } from '../../cli/asOptions.ts';

const OPTIONS = {
  'alias-ttl': { help: '' },
  'max-concurrency': { help: '' },
  policies: { help: '' },
  end: { help: '' },
};

it.each([
  ['alias_ttl is for how long the old path answers', '--alias-ttl is for how long the old path answers'],
  [
    'a cluster leaves no alias: alias_ttl is not for it',
    'a cluster leaves no alias: --alias-ttl is not for it',
  ],
  ['error converting input x for field "alias_ttl"', 'error converting input x for --alias-ttl'],
  ['policies is one of "keep", "add"', '--policies is one of "keep", "add"'],
  ['refused; with "policies": "keep" they stay', 'refused; with --policies keep they stay'],
  ["'end' lies in the future", '--end lies in the future'],
  ['\n  row 1: policies is one of "keep"', '\n  row 1: policies is one of "keep"'],
])('an error of the service names options: %s', (text, named) => {
  expect(asOptions(text, OPTIONS)).toBe(named);
});

it.each([
  'these policies cannot be changed: policies that nobody may read',
  'no matching mount at "alias_ttl/max_concurrency/"',
  'permission denied in my_alias_ttl',
])('leaves words and paths that are like a name: %s', (text) => {
  expect(asOptions(text, OPTIONS)).toBe(text);
});
