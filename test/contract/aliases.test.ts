/** The old path of a mount goes on answering for a time (docs/aliases.md). The reference has no aliases. */

import { describe, expect } from 'vitest';
import {
  loggedIn,
  login,
  lookupLease,
  lookupSelf,
  newOtp,
  sshEngine,
  userpassMethod,
  verifyOtp,
} from './credentials.ts';
import { engine, kv1, kv2, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { settled } from './moving.ts';
import { improved, NOT_AUTHENTICATED, NOT_AUTHORIZED, NOT_FOUND, noRoute, refused } from './texts.ts';

/** Moves a mount that leaves an alias. @returns the id of the migration */
async function moveLeaving(from: string, to: string, sent: Sent = {}, ttl = '720h'): Promise<string> {
  const { body } = await must('POST', 'sys/remount', { ...sent, body: { from, to, alias_ttl: ttl } });
  expect((await settled(body.data.migration_id, sent)).status).toBe('success');
  return body.data.migration_id;
}

const read = (path: string, sent: Sent = {}): Promise<Answer> => call('GET', path, sent);

describe('the old path of a mount', () => {
  improved('serves what the mount has, and says where that is now', async () => {
    const source = await kv1();
    const target = unique('moved');
    await must('POST', `${source}/a b`, { body: { color: 'red' } });
    await moveLeaving(source, target);
    const answer = await read(`${source}/a%20b`);
    expect(answer).toMatchObject({ status: 200, body: { data: { color: 'red' } } });
    const [word = ''] = answer.body.warnings;
    expect(word).toMatch(
      new RegExp(`^the mount is at "${target}/" now; its old path "${source}/" answers until 20`),
    );
    expect(answer.headers.get('deprecation')).toMatch(/^@\d+$/);
    expect(Date.parse(answer.headers.get('sunset') ?? '') - Date.now()).toBeGreaterThan(29 * 86_400_000);
    expect(answer.headers.get('link')).toBe(`</v1/${target}/a%20b>; rel="successor-version"`);
    const plain = await read(`${target}/a%20b`);
    expect(plain.body.warnings).toBeNull();
    expect(plain.headers.has('deprecation')).toBe(false);
  });

  improved('takes writes, lists and deletions, and answers them as the mount does', async () => {
    const source = await kv2();
    const target = unique('moved');
    await moveLeaving(source, target);
    const written = await call('POST', `${source}/data/k`, { body: { data: { n: 1 } } });
    expect(written).toMatchObject({ status: 200, body: { data: { version: 1 } } });
    expect((await read(`${target}/data/k`)).body.data.data).toEqual({ n: 1 });
    expect((await read(`${source}/metadata/?list=true`)).body.data.keys).toEqual(['k']);
    const deleted = await call('DELETE', `${source}/metadata/k`);
    expect({ status: deleted.status, text: deleted.text }).toEqual({ status: 204, text: '' });
    expect(deleted.headers.get('link')).toContain(`/v1/${target}/metadata/k`);
    const missing = await read(`${source}/data/k`);
    expect(missing.status).toBe(404);
    expect(missing.headers.get('link')).toContain(`/v1/${target}/data/k`);
  });

  improved('is judged by the policies of the path as it was asked', async () => {
    const source = await kv1();
    const target = unique('moved');
    await must('POST', `${source}/k`, { body: { color: 'red' } });
    const old = await tokenWith(policyOf([`${source}/*`, 'read']));
    const young = await tokenWith(policyOf([`${target}/*`, 'read']));
    await moveLeaving(source, target);
    expect((await read(`${source}/k`, { token: old })).status).toBe(200);
    expect(await read(`${target}/k`, { token: old })).toMatchObject(NOT_AUTHORIZED);
    const refusedAnswer = await read(`${source}/k`, { token: young });
    expect(refusedAnswer).toMatchObject(NOT_AUTHORIZED);
    expect(refusedAnswer.headers.has('link')).toBe(false);
    expect((await read(`${source}/k`, { token: 'unknown' })).headers.has('link')).toBe(false);
    const preflight = await read(`sys/internal/ui/mounts/${source}/k`, { token: old });
    expect(preflight.body.data).toMatchObject({ path: `${source}/`, type: 'kv' });
  });

  improved('revokes what was issued before, and issues leases that are found at it', async () => {
    const source = await sshEngine();
    const target = unique('moved');
    const before = await newOtp(source);
    await moveLeaving(source, target);
    expect(await lookupLease(before)).toMatchObject(refused('invalid lease'));
    expect(await verifyOtp(source, before)).toMatchObject(refused('OTP not found'));
    expect(await verifyOtp(target, before)).toMatchObject(refused('OTP not found'));
    const [kept, other] = [await newOtp(source), await newOtp(source)];
    expect(kept.leaseId.startsWith(`${target}/creds/web/`)).toBe(true);
    expect(await lookupLease(kept)).toMatchObject({ status: 200, body: { data: { id: kept.leaseId } } });
    await must('PUT', 'sys/leases/revoke', { body: { lease_id: other.leaseId } });
    expect(await verifyOtp(target, other)).toMatchObject(refused('OTP not found'));
    const used = await newOtp(source);
    expect((await verifyOtp(source, used)).status).toBe(200);
    const { callers } = (await read(`sys/remount/aliases/${source}`)).body.data;
    expect(callers.map((caller: { display_name: string }) => caller.display_name).sort()).toEqual([
      '',
      'root',
    ]);
    await must('PUT', `sys/leases/revoke-prefix/${source}`);
    expect(await verifyOtp(target, kept)).toMatchObject(refused('OTP not found'));
  });

  improved('logs in, with the user as caller', async () => {
    const source = await userpassMethod();
    const target = `auth/${unique('moved')}`;
    const before = await loggedIn(source);
    await moveLeaving(source, target);
    expect(await lookupSelf(before)).toMatchObject(NOT_AUTHENTICATED);
    const answer = await login(source);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('link')).toContain(`/v1/${target}/login/bob`);
    expect((await lookupSelf(answer.body.auth.client_token)).body.data.path).toBe(`${target}/login/bob`);
    const bad = await call('POST', `${source}/login/bob`, { token: '', body: { password: 'wrong' } });
    expect(bad.status).toBe(400);
    expect(bad.headers.has('link')).toBe(false);
    const { callers } = (await read(`sys/remount/aliases/${source}`)).body.data;
    expect(callers).toMatchObject([{ display_name: `${target.slice(5)}-bob`, count: 1 }]);
  });

  improved('is in no listing of mounts, and nothing can be put at, above or below it', async () => {
    const folder = unique('folder');
    const source = await kv1(undefined, `${folder}/a`);
    const target = unique('moved');
    await moveLeaving(source, target);
    const mounts = Object.keys((await read('sys/mounts')).body.data);
    expect(mounts).toContain(`${target}/`);
    expect(mounts).not.toContain(`${source}/`);
    const visible = (await read('sys/internal/ui/mounts')).body.data.secret;
    expect(Object.keys(visible)).not.toContain(`${source}/`);
    for (const path of [source, `${source}/below`, folder])
      expect((await call('POST', `sys/mounts/${path}`, { body: { type: 'kv' } })).status).toBe(400);
    expect((await call('POST', `sys/namespaces/${folder}`)).status).toBe(400);
    const rival = await kv1();
    const moved = await call('POST', 'sys/remount', { body: { from: rival, to: `${source}/below` } });
    expect(moved.status).toBe(400);
    expect(moved.body.errors[0]).toMatch(`it is an alias of the mount at "${target}/"`);
    const away = await call('POST', 'sys/remount', { body: { from: source, to: unique('else') } });
    expect(away.body.errors[0]).toBe(
      `no matching mount at "${source}/"; it is an alias, and the mount is at "${target}/"`,
    );
  });

  improved('follows the mount through further moves, and is no alias once the mount is back', async () => {
    const source = await kv1();
    const [second, third] = [unique('second'), unique('third')];
    await must('POST', `${source}/k`, { body: { color: 'red' } });
    await moveLeaving(source, second);
    await moveLeaving(second, third);
    for (const path of [source, second, third])
      expect((await read(`${path}/k`)).body.data).toEqual({ color: 'red' });
    expect((await read(`${source}/k`)).headers.get('link')).toContain(`/v1/${third}/k`);
    const { body } = await must('POST', 'sys/remount', { body: { from: third, to: source } });
    await settled(body.data.migration_id);
    expect((await read(`${source}/k`)).headers.has('link')).toBe(false);
    expect((await read(`${second}/k`)).headers.get('link')).toContain(`/v1/${source}/k`);
    expect(await read(`${third}/k`)).toMatchObject(noRoute(`${third}/k`));
    expect(await read(`sys/remount/aliases/${source}`)).toMatchObject(NOT_FOUND);
  });

  improved('ends with an undo, which puts the mount back there', async () => {
    const source = await kv1();
    const target = unique('moved');
    await must('POST', `${source}/k`, { body: { color: 'red' } });
    const id = await moveLeaving(source, target);
    const undo = await must('POST', `sys/remount/undo/${id}`, { body: {} });
    await settled(undo.body.data.migration_id);
    expect((await read(`${source}/k`)).headers.has('link')).toBe(false);
    expect(await read(`${target}/k`)).toMatchObject(noRoute(`${target}/k`));
  });

  improved('ends with its mount, and on request', async () => {
    const [first, second] = [await kv1(), await kv1()];
    const target = unique('moved');
    await moveLeaving(first, target);
    await must('DELETE', `sys/mounts/${target}`);
    expect(await read(`${first}/k`)).toMatchObject(noRoute(`${first}/k`));
    await engine('kv', { path: first });
    const id = await moveLeaving(second, unique('moved'));
    expect(await call('DELETE', `sys/mounts/${second}`)).toMatchObject(
      refused(`cannot unmount "${second}/": it is an alias, and DELETE sys/remount/aliases/:path ends it`),
    );
    expect((await read(`sys/remount/verify/${id}`)).body.data.source).toMatchObject({
      free: false,
      moved_by: id,
      answers_until: expect.stringMatching(/^20/),
    });
    expect((await call('DELETE', `sys/remount/aliases/${second}`)).status).toBe(204);
    expect(await read(`${second}/k`)).toMatchObject(noRoute(`${second}/k`));
    expect((await call('DELETE', `sys/remount/aliases/${second}`)).status).toBe(404);
    const { migration_info } = (await read(`sys/remount/status/${id}`)).body.data;
    expect(migration_info.alias).toMatchObject({ ttl: 2_592_000, ended_time: expect.stringMatching(/^20/) });
    await engine('kv', { path: second });
  });
});

describe('the aliases of a namespace', () => {
  improved('are listed, shown with their callers, and renewed', async () => {
    const namespace = await newNamespace();
    const source = await kv1(namespace);
    await must('POST', `${source}/k`, { namespace, body: { color: 'red' } });
    const token = await tokenWith(policyOf([`${source}/*`, 'read']), namespace, { display_name: 'reader' });
    const id = await moveLeaving(source, 'moved', { namespace });
    expect((await read(`${source}/k`, { namespace, token })).status).toBe(200);
    expect((await read(`${namespace}/${source}/k`)).status).toBe(200);
    const listed = (await read('sys/remount/aliases?list=true', { namespace })).body.data;
    expect(listed.keys).toEqual([`${source}/`]);
    expect(listed.key_info[`${source}/`]).toMatchObject({
      target_mount: `${namespace}/moved/`,
      target_namespace: `${namespace}/`,
      migration_id: id,
      callers_total: 2,
      callers_complete: true,
    });
    const admin = await tokenWith(
      policyOf(['sys/remount/aliases/*', 'read', 'update', 'delete', 'sudo']),
      namespace,
    );
    const own = (await read(`sys/remount/aliases/${source}`, { namespace, token: admin })).body.data;
    expect(own).toMatchObject({ source_mount: `${namespace}/${source}/`, hidden_callers: 1 });
    expect(own.callers).toMatchObject([
      { display_name: 'token-reader', namespace: `${namespace}/`, login_path: 'auth/token/create', count: 1 },
    ]);
    expect(own.callers[0].mount_accessor).toMatch(/^auth_token_/);
    const path = `sys/remount/aliases/${source}`;
    const renewed = await must('POST', path, { namespace, token: admin, body: { ttl: '24h' } });
    expect(renewed.body.data.ttl).toBeGreaterThan(86_390);
    expect(renewed.body.data.ttl).toBeLessThanOrEqual(86_400);
    for (const ttl of ['91d', '0', 'soon', undefined])
      expect((await call('POST', path, { namespace, token: admin, body: { ttl } })).status).toBe(400);
    for (const far of ['x'.repeat(2_000), 'a/'.repeat(1_000), '%2F']) {
      expect((await read(`sys/remount/aliases/${far}`)).status).toBe(404);
      expect((await call('DELETE', `sys/remount/aliases/${far}`)).status).toBe(404);
    }
    const reader = await tokenWith(
      policyOf(['sys/remount/aliases/*', 'read', 'update', 'delete']),
      namespace,
    );
    for (const method of ['POST', 'DELETE'])
      expect((await call(method, path, { namespace, token: reader, body: { ttl: '1h' } })).status).toBe(403);
  });
});

describe('a move', () => {
  improved(
    'leaves an alias in another namespace, which is shut with the namespace of the mount',
    async () => {
      const [from, to] = [await newNamespace(), await newNamespace()];
      const source = await sshEngine(from);
      await moveLeaving(`${from}/${source}`, `${to}/${source}`);
      const token = await tokenWith(policyOf([`${source}/*`, 'read', 'update']), from);
      const stranger = await tokenWith(policyOf([`${source}/*`, 'read', 'update']), to);
      expect((await read(`${source}/roles/web`, { namespace: from, token })).status).toBe(200);
      expect((await read(`${source}/roles/web`, { namespace: from, token: stranger })).status).toBe(403);
      expect((await read(`${source}/roles/web`, { namespace: to, token })).status).toBe(403);
      const through = await newOtp(source, from);
      const direct = await newOtp(source, to);
      expect((await lookupLease(through, from)).status).toBe(200);
      await must('PUT', `sys/leases/revoke-prefix/${source}`, { namespace: from });
      expect((await lookupLease(through, from)).status).toBe(400);
      expect((await lookupLease(direct, to)).status).toBe(200);
      const keys = await call('LIST', `sys/leases/lookup/${source}/creds/web`, { namespace: to });
      expect(keys.body.data.keys).toEqual([direct.leaseId.split('/').at(-1)]);
      const told = await read(`${source}/roles/web`, { namespace: from, token });
      expect(told.body.warnings[0]).toMatch(/^the mount is in another namespace now/);
      expect(told.headers.has('link')).toBe(false);
      const { body } = await must('PUT', 'sys/namespaces/api-lock/lock', { namespace: to });
      for (const path of [`${source}/roles/web`, 'nothing/roles/web'])
        expect(await read(path, { namespace: from, token: 'unknown' })).toMatchObject(NOT_AUTHENTICATED);
      expect((await read(`${source}/roles/web`, { namespace: from, token })).status).toBe(503);
      await must('PUT', 'sys/namespaces/api-lock/unlock', {
        namespace: to,
        body: { unlock_key: body.data.unlock_key },
      });
      expect((await read(`${source}/roles/web`, { namespace: from, token })).status).toBe(200);
      await must('DELETE', `sys/namespaces/${to}`);
      expect((await read(`${source}/roles/web`, { namespace: from, token })).status).toBe(404);
    },
  );

  improved(
    'gives a namespace access for a time, which only a namespace above both can make longer',
    async () => {
      const [from, to] = [await newNamespace(), await newNamespace()];
      const source = await kv1(from);
      await moveLeaving(`${from}/${source}`, `${to}/${source}`, {}, '1h');
      const admin = await tokenWith(
        policyOf(['sys/remount/aliases/*', 'read', 'update', 'delete', 'sudo']),
        from,
      );
      const path = `sys/remount/aliases/${source}`;
      const own = { namespace: from, token: admin };
      expect((await read(path, own)).body.data).toMatchObject({ target_mount: '', target_namespace: '' });
      expect(await call('POST', path, { ...own, body: { ttl: '90d' } })).toMatchObject(
        refused('the mount is outside this namespace; ask in a namespace above the old path and the mount'),
      );
      const above = `sys/remount/aliases/${from}/${source}`;
      const renewed = await must('POST', above, { body: { ttl: '2h' } });
      expect(renewed.body.data).toMatchObject({ target_mount: `${to}/${source}/` });
      expect((await call('DELETE', path, own)).status).toBe(204);
      expect(await read(above)).toMatchObject(NOT_FOUND);
    },
  );

  improved(
    'shows an alias that it leaves in another namespace to that of the mount, which may end it',
    async () => {
      const [from, to] = [await newNamespace(), await newNamespace()];
      const source = await kv1(from);
      const id = await moveLeaving(`${from}/${source}`, `${to}/${source}`);
      const inside = await tokenWith(policyOf([`${source}/*`, 'read']), from, { display_name: 'reader' });
      await read(`${source}/k`, { namespace: from, token: inside });
      const rights = ['sys/remount/aliases', 'list'] as const;
      const admin = await tokenWith(
        policyOf([...rights], ['sys/remount/aliases/*', 'read', 'update', 'delete', 'sudo']),
        to,
      );
      const own = { namespace: to, token: admin };
      const listed = await read('sys/remount/aliases?list=true', own);
      expect(listed.body.data).toMatchObject({
        keys: [id],
        key_info: {
          [id]: {
            source_mount: '',
            source_namespace: '',
            target_mount: `${to}/${source}/`,
            migration_id: id,
            callers_total: 1,
          },
        },
      });
      const shown = await read(`sys/remount/aliases/${id}`, own);
      expect(shown.body.data).toMatchObject({ source_mount: '', callers: [], hidden_callers: 1 });
      for (const { text } of [listed, shown]) expect(text).not.toContain(from);
      expect(await call('POST', `sys/remount/aliases/${id}`, { ...own, body: { ttl: '1h' } })).toMatchObject(
        refused(
          'the old path is outside this namespace; ask in a namespace above the old path and the mount',
        ),
      );
      const reader = await tokenWith(policyOf(['sys/remount/aliases/*', 'read', 'delete']), to);
      expect((await call('DELETE', `sys/remount/aliases/${id}`, { ...own, token: reader })).status).toBe(403);
      for (const namespace of [from, undefined])
        expect(await call('DELETE', `sys/remount/aliases/${id}`, { namespace })).toMatchObject(NOT_FOUND);
      expect((await call('DELETE', `sys/remount/aliases/${id}`, own)).status).toBe(204);
      expect((await read(`${source}/k`, { namespace: from, token: inside })).status).toBe(404);
      expect(await read('sys/remount/aliases?list=true', own)).toMatchObject(NOT_FOUND);
    },
  );

  improved('shows an alias in a namespace below that of the mount by its path there', async () => {
    const above = await newNamespace();
    await must('POST', 'sys/namespaces/below', { namespace: above });
    const source = await kv1(`${above}/below`);
    const id = await moveLeaving(`${above}/below/${source}`, `${above}/${source}`);
    const { body } = await read('sys/remount/aliases?list=true', { namespace: above });
    expect(body.data.keys).toEqual([`below/${source}/`]);
    expect(body.data.key_info[`below/${source}/`]).toMatchObject({
      source_mount: `${above}/below/${source}/`,
      source_namespace: `${above}/below/`,
      migration_id: id,
    });
    expect(await call('DELETE', `sys/remount/aliases/${id}`, { namespace: above })).toMatchObject(NOT_FOUND);
    expect((await call('DELETE', `sys/remount/aliases/below/${source}`, { namespace: above })).status).toBe(
      204,
    );
  });

  improved('has the aliases of the mount in its plan: which follow, and which ends', async () => {
    const source = await kv1();
    const [second, third] = [unique('second'), unique('third')];
    const [first, later] = [await moveLeaving(source, second), await moveLeaving(second, third)];
    const end_time = expect.stringMatching(/^20/);
    const inRoot = { source_namespace: '' };
    const of = (path: string, migration_id: string) => ({
      ...inRoot,
      source_mount: `${path}/`,
      migration_id,
    });
    const planned = async (to: string, more: object = {}) =>
      (await must('POST', 'sys/remount/plan', { body: { from: third, to, ...more } })).body.data;

    const on = await planned(unique('on'), { alias_ttl: '1h' });
    expect(on).toMatchObject({
      alias: { path: `${third}/`, ttl: 3_600 },
      aliases: [
        { ...of(source, first), outcome: 'follows', end_time },
        { ...of(second, later), outcome: 'follows', end_time },
      ],
    });
    const back = [
      { ...of(source, first), outcome: 'ends', end_time: null },
      { ...of(second, later), outcome: 'follows', end_time },
    ];
    expect((await planned(source)).aliases).toEqual(back);
    const run = { moves: [{ from: third, to: source }], dry_run: true };
    const { moves } = (await must('POST', 'sys/remount/bulk', { body: run })).body.data;
    expect(moves[0].aliases).toEqual(back);
    const undo = await must('POST', `sys/remount/undo/${later}`, { body: { dry_run: true } });
    expect(undo.body.data.aliases).toMatchObject([{ outcome: 'follows' }, { outcome: 'ends' }]);

    for (const path of [source, second]) await must('DELETE', `sys/remount/aliases/${path}`);
    expect(await planned(source)).not.toHaveProperty('aliases');
    const { body } = await must('POST', 'sys/remount/bulk', { body: run });
    expect(body.data.moves[0]).not.toHaveProperty('aliases');
  });

  improved('has no path of an alias in its plan that is outside the namespace of the request', async () => {
    const [from, to] = [await newNamespace(), await newNamespace()];
    const source = await kv1(from);
    const id = await moveLeaving(`${from}/${source}`, `${to}/${source}`);
    const asked = { from: source, to: unique('moved') };
    const unknown = { source_mount: '', source_namespace: '', migration_id: id, outcome: 'follows' };
    const single = await must('POST', 'sys/remount/plan', { namespace: to, body: asked });
    expect(single.body.data.aliases).toMatchObject([unknown]);
    const run = { moves: [asked], dry_run: true };
    const many = await must('POST', 'sys/remount/bulk', { namespace: to, body: run });
    expect(many.body.data.moves[0].aliases).toMatchObject([unknown]);
    for (const { text } of [single, many]) expect(text).not.toContain(from);
    const body = { from: `${to}/${source}`, to: `${to}/${asked.to}` };
    const above = await must('POST', 'sys/remount/plan', { body });
    expect(above.body.data.aliases).toMatchObject([
      { source_mount: `${from}/${source}/`, source_namespace: `${from}/` },
    ]);
  });

  improved('of an auth method with an alias does not leave the namespace of its logins', async () => {
    const namespace = await newNamespace();
    const source = await userpassMethod();
    const target = `auth/${unique('moved')}`;
    await moveLeaving(source, target);
    const moves = [{ from: target, to: `${namespace}/${target}` }];
    const text = `the auth method still answers at "${source}/", and its logins belong to its namespace; DELETE sys/remount/aliases/:path ends that`;
    expect(await call('POST', 'sys/remount', { body: moves[0] })).toMatchObject(refused(text));
    const run = await call('POST', 'sys/remount/bulk', { body: { moves, dry_run: true } });
    expect(run.body.data.problems[0].message).toBe(text);
    await must('DELETE', `sys/remount/aliases/${source}`);
    await must('POST', 'sys/remount', { body: moves[0] });
  });

  improved('into a locked namespace keeps no lease of the old one from being revoked', async () => {
    const namespace = await newNamespace();
    const folder = unique('folder');
    const [kept, gone] = [`${folder}/kept`, `${folder}/gone`];
    for (const path of [kept, gone]) {
      await must('POST', `sys/mounts/${path}`, { body: { type: 'ssh' } });
      const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
      await must('POST', `${path}/roles/web`, { body: role });
    }
    await moveLeaving(gone, `${namespace}/gone`);
    const [own, through] = [await newOtp(kept), await newOtp(gone)];
    const { body } = await must('PUT', 'sys/namespaces/api-lock/lock', { namespace });
    await must('PUT', `sys/leases/revoke-prefix/${folder}`);
    expect(await verifyOtp(kept, own)).toMatchObject(refused('OTP not found'));
    await must('PUT', 'sys/namespaces/api-lock/unlock', {
      namespace,
      body: { unlock_key: body.data.unlock_key },
    });
    expect(await verifyOtp(gone, through)).toMatchObject(refused('OTP not found'));
  });

  improved('is refused the alias that it cannot leave', async () => {
    const namespace = await newNamespace();
    const method = await userpassMethod();
    const deep = await kv1(
      undefined,
      Array.from({ length: 17 }, () => 'a')
        .concat(unique('deep'))
        .join('/'),
    );
    const kv = await kv1();
    const asks = (body: object) => call('POST', 'sys/remount', { body: { to: unique('x'), ...body } });
    const answers = [
      await asks({ from: method, to: `${namespace}/auth/u`, alias_ttl: '1h' }),
      await asks({ from: deep, alias_ttl: '1h' }),
      await asks({ from: kv, alias_ttl: '91d' }),
      await asks({ from: kv, alias_ttl: 'soon' }),
      await asks({ from: kv, alias_ttl: '' }),
      await asks({ from: kv, alias_ttl: '91d', dry_run: true }),
    ];
    expect(answers.map(({ status, body }) => [status, body.errors[0].split(':')[0]])).toEqual([
      [400, 'an auth method that moves into another namespace cannot leave an alias'],
      [400, expect.stringMatching(/^an alias has at most 16 segments/)],
      [400, 'an alias answers for at most 90 days; it can be renewed'],
      [400, 'Field validation failed'],
      [400, 'alias_ttl is for how long the old path goes on answering, such as 720h'],
      [400, 'an alias answers for at most 90 days; it can be renewed'],
    ]);
    let from = kv;
    for (let i = 0; i < 4; i++) {
      const to = unique('chain');
      await moveLeaving(from, to);
      from = to;
    }
    expect((await asks({ from, alias_ttl: '1h' })).body.errors[0]).toMatch(
      /^the mount has 4 aliases already/,
    );
  });
});
