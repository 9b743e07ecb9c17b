/** Malicious policies: texts that overload the parser or the matcher, and texts that allow more than they seem to. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_POLICY_BYTES, MAX_TOKEN_POLICIES } from '../../functions/limits.ts';
import { authorize, buildAcl, capabilitiesOf, mayReachMount } from '../../functions/policies/acl.ts';
import { PolicyError, parsePolicy } from '../../functions/policies/policy.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { processorTimeOf } from '../support/processorTime.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, vaultApi, await rootToken(deps));
  await placeMount(deps, 'secret/');
});
afterAll(() => deps.stop());

/** Far more than any of these takes, far less than a parser or matcher that backtracks. */
const PATIENCE_MS = 5_000;

function timed<T>(work: () => T): T {
  const { answer, ms } = processorTimeOf(work);
  expect(ms).toBeLessThan(PATIENCE_MS);
  return answer;
}

const rule = (path: string, ...names: string[]) =>
  `path "${path}" { capabilities = ${JSON.stringify(names.length > 0 ? names : ['read'])} }\n`;

/** As many rules as fit in a policy. */
function manyRules(pathOf: (i: number) => string): string {
  let text = '';
  for (let i = 0; ; i++) {
    const next = rule(pathOf(i));
    if (text.length + next.length > MAX_POLICY_BYTES) return text;
    text += next;
  }
}

describe('many rules', () => {
  const SETS: [what: string, text: string][] = [
    ['globs', manyRules((i) => `secret/${i}*`)],
    ['segment wildcards', manyRules((i) => `+/+/${i}/+`)],
    ['only wildcards', manyRules((i) => `${'+/'.repeat(1 + (i % 300))}*`)],
    ['stars in the middle', manyRules((i) => `${'a*'.repeat(1 + (i % 200))}*`)],
    ['the same glob', manyRules(() => 'secret/*')],
    ['long paths', manyRules(() => 'a/'.repeat(1_000))],
  ];
  /** Worst cases for a matcher that backtracks: they match nearly every rule, nearly to its end. */
  const PATHS = ['a'.repeat(4_000), 'a/'.repeat(2_000), 'secret/1', `${'a*'.repeat(2_000)}b`];

  it.each(SETS)('of %s, in as many policies as a token may have, are evaluated in time', (_, text) => {
    const policy = timed(() => parsePolicy(text));
    const sources = Array.from({ length: MAX_TOKEN_POLICIES }, (_, i) => ({
      namespacePath: i % 2 === 0 ? '' : `team${i}/`,
      policy,
    }));
    timed(() => {
      const acl = buildAcl(sources);
      for (const path of PATHS) {
        authorize(acl, { operation: 'list', path });
        capabilitiesOf(acl, path);
        mayReachMount(acl, `${path}/`);
      }
    });
  });
});

describe('a malicious text', () => {
  const inside = (text: string) => `path "secret/a" {\n${text}\n}`;
  const filled = (part: string, around = 200) => part.repeat((MAX_POLICY_BYTES - around) / part.length);

  const TEXTS: [what: string, text: string][] = [
    ['endless labels', filled('a ')],
    ['labels before a block', `path ${filled('"a" ')} {}`],
    ['open blocks', filled('path "a" {')],
    ['nested objects', inside(`x = ${filled('{ a = ')}`)],
    ['nested lists', inside(`capabilities = ${filled('[')}`)],
    ['nested JSON', `{"path":${filled('{"a":')}`],
    ['an endless heredoc', inside(`comment = <<EOF\n${filled('x\n')}`)],
    ['a heredoc with lines that are nearly its end', inside(`comment = <<-EOF\n${filled('  EOFX\n')}\nEOF`)],
    ['heredocs in a row', inside(filled('a = <<E\nE\n'))],
    ['an endless interpolation', rule(`\${${filled('{')}`)],
    ['nested comments', filled('/* /* ')],
    ['comments in a row', filled('/**/#\n//\n')],
    ['a string of escapes', rule(filled('\\u0041'))],
    ['templates', rule(filled('{{identity.entity.id}}'))],
    ['names', inside(`capabilities = [${filled('"read",')}]`)],
    ['parameters', inside(`allowed_parameters = { ${filled('"a" = [] ')} }`)],
    ['one key repeated', filled('path "a" {}\n')],
  ];

  it.each(TEXTS)('of %s is parsed or refused in time', (_, text) => {
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MAX_POLICY_BYTES);
    timed(() => {
      try {
        parsePolicy(text);
      } catch (error) {
        expect(error).toBeInstanceOf(PolicyError);
      }
    });
  });

  it('in base64 is measured after decoding, and decoded once', async () => {
    const write = (policy: string) => call('POST', 'sys/policies/acl/packed', { body: { policy } });
    const packed = (text: string) => Buffer.from(text).toString('base64');
    const tooLong = await write(packed('#'.repeat(MAX_POLICY_BYTES + 1)));
    expect([tooLong.status, tooLong.body.errors]).toEqual([413, ['a policy has at most 100000 bytes']]);
    expect((await write(packed(packed(rule('a'))))).status).toBe(400);
    expect((await write(packed(rule('a')))).status).toBe(204);
    expect((await call('GET', 'sys/policies/acl/packed')).body.data.policy).toBe(rule('a'));
  });
});

describe('a rule', () => {
  it.each(['a/', '+/'])('with as many segments %j as fit lets its token be answered', async (segment) => {
    const path = segment.repeat(45_000);
    await call('POST', 'sys/policies/acl/deep', { body: { policy: rule(path) } });
    const { body } = await call('POST', 'auth/token/create', { body: { policies: ['deep'] } });
    const token: string = body.auth.client_token;
    const asked: [method: string, path: string, body: object | undefined, status: number][] = [
      ['GET', 'secret/a', undefined, 403],
      ['LIST', 'secret/a', undefined, 403],
      ['GET', 'sys/internal/ui/mounts', undefined, 200],
      ['GET', 'sys/internal/ui/resultant-acl', undefined, 200],
      ['POST', 'sys/capabilities-self', { paths: [path] }, 200],
    ];
    for (const [method, at, sent, status] of asked)
      expect((await call(method, at, { token, body: sent })).status, `${method} ${at}`).toBe(status);
    const plan = await call('POST', 'sys/remount', { body: { from: 'secret', to: 'b', dry_run: true } });
    expect(plan.status).toBe(200);
  });

  /** Pattern, paths it must not match. */
  const UNMATCHED: [pattern: string, others: string[]][] = [
    ['secret/+/x*', ['secret/x', 'secret/a/b/x', 'secret/a', 'secret//', 'secrets/a/x', 'a/secret/a/x']],
    ['+/+', ['a', 'a/b/c', '', 'a/b/', '/a/b']],
    ['secret/a*b', ['secret/ab', 'secret/axb', 'secret/a/b', 'secret/a*bc']],
    ['*secret', ['secret', 'my-secret', 'a/secret']],
    ['secret/+', ['secret', 'secret/a/', 'secret/a/b', 'secret/+/a']],
    ['secret/a+', ['secret/aa', 'secret/ab', 'secret/a/']],
    ['secret/?', ['secret/a', 'secret/']],
    ['secret/[a-z]', ['secret/a', 'secret/[']],
    ['secret/(a|b)', ['secret/a', 'secret/b']],
    ['secret/.*', ['secret/a', 'secret/']],
    ['^secret/a$', ['secret/a']],
    ['secret/%2A', ['secret/a', 'secret/*', 'secret/%2a']],
    ['secret/a%2Fb', ['secret/a/b', 'secret/a']],
    ['secret/../*', ['secret/a', 'a', 'sys/mounts', '../a']],
    ['../*', ['a', 'secret/a', 'other/a']],
    ['secret//*', ['secret/a', 'secret/']],
    ['secret/\uFF0A', ['secret/a', 'secret/*']],
    ['secret/\u2217', ['secret/a', 'secret/*']],
    ['s\u0435cret/*', ['secret/a']],
    ['secret/caf\u00e9', ['secret/cafe\u0301', 'secret/cafe']],
    ['secret/a\u200b', ['secret/a']],
    ['Secret/*', ['secret/a', 'SECRET/a']],
    [' secret/*', ['secret/a']],
    ['secret/* ', ['secret/a', 'secret/ab']],
    ['secret/*\\n', ['secret/a', 'secret/*']],
  ];

  it.each(UNMATCHED)('for %j matches no other path', (pattern, others) => {
    const acl = buildAcl([{ namespacePath: '', policy: parsePolicy(rule(pattern)) }]);
    const open = others.filter((path) => authorize(acl, { operation: 'read', path }).allowed);
    expect(open).toEqual([]);
  });

  it('of a namespace never matches a path beside or above that namespace', () => {
    for (const pattern of [
      '*',
      '../*',
      '/../*',
      '+/*',
      '../beside/*',
      '/team/beside/*',
      'team/beside/*',
      '',
    ]) {
      const text = pattern.startsWith('/') ? '' : rule(pattern);
      const acl = buildAcl([{ namespacePath: 'team/here/', policy: parsePolicy(text) }]);
      for (const path of [
        'team/beside/a',
        'team/a',
        'a',
        'team/hereafter/a',
        'team/here',
        '../team/beside/a',
      ])
        expect([pattern, path, authorize(acl, { operation: 'read', path }).allowed]).toEqual([
          pattern,
          path,
          false,
        ]);
    }
  });

  it.each([
    ['a comment', `/* ${rule('*', 'sudo', 'read')} */ # ${rule('*').trim()}\n// ${rule('*').trim()}\n`],
    ['a string', rule('\\" } path \\"* { capabilities = [').replace(/\n/g, '')],
    ['a heredoc', `path "a" { comment = <<EOF\n${rule('*')}EOF\n}`],
    ['a block that was refused', rule('a', 'deny') + rule('a')],
  ])('inside %s grants nothing', async (_, text) => {
    const written = await call('POST', 'sys/policies/acl/hidden', { body: { policy: text } });
    if (written.status >= 300) return expect(written.status).toBe(400);
    const body = { policies: ['hidden'], no_default_policy: true };
    const { client_token: token } = (await call('POST', 'auth/token/create', { body })).body.auth;
    for (const path of ['secret/a', 'sys/mounts', 'a'])
      expect([path, (await call('GET', path, { token })).status]).toEqual([path, 403]);
  });
});
