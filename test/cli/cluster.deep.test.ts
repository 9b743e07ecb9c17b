/** The command against a real OpenBao, which would understand some of its requests as moves. */

import { beforeAll, describe, expect, it } from 'vitest';
import { clientOf } from '../cluster/support/client.ts';
import { startOpenBao } from '../support/openbao.ts';
import { throughFile } from '../support/throughFile.ts';
import { run } from './command.ts';

const server = throughFile(startOpenBao);
const bao = () => clientOf(server.address, server.rootToken);

beforeAll(async () => {
  await bao().must('POST', 'sys/mounts/kv', { type: 'kv' });
});

describe('against an OpenBao', () => {
  it.each([
    ['plan', 'kv', 'moved'],
    ['move', 'kv', 'moved'],
    ['list'],
    ['status', '0f0e0d0c-0000-4000-8000-000000000000'],
    ['undo', '0f0e0d0c-0000-4000-8000-000000000000'],
  ])('%s moves nothing, and says what the server is and what to start', async (...words) => {
    const ended = await run(words, { VAULT_ADDR: server.address, VAULT_TOKEN: server.rootToken });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`${server.address} is OpenBao 2.7.2, not Remount`);
    expect(ended.stderr).toContain(`CLUSTER_ADDR=${server.address}`);
    const { body } = await bao().must('GET', 'sys/mounts');
    expect(Object.keys(body.data)).toEqual(expect.arrayContaining(['kv/']));
    expect(Object.keys(body.data)).not.toContain('moved/');
  });

  it('the path of a plan is none of a Vault', async () => {
    const { status } = await bao().request('POST', 'sys/remount/plan', { from: 'kv', to: 'moved' });
    expect(status).toBe(404);
  });
});
