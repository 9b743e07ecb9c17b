/** This service in front of one OpenBao, for all files of the project `front`. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { enableLogin } from '../cluster/support/adapter.ts';
import { startInMemory } from '../cluster/support/openbao.ts';
import { startRecordedService } from '../rights/recorder.ts';

const FOLDER = join(import.meta.dirname, '..', '..', 'infra', 'cluster');
const POLICIES = ['policy', 'policies'];

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bao = await startInMemory();
  const { root, rootToken } = bao;
  for (const name of POLICIES) {
    const policy = oneLevelDeeper(await readFile(join(FOLDER, `${name}.hcl`), 'utf8'));
    await root.must('POST', `sys/policies/acl/${name}`, { policy });
  }
  const { roleId, secretId } = await enableLogin(root, '', POLICIES);
  const login = { CLUSTER_ROLE_ID: roleId, CLUSTER_SECRET_ID: await secretId() };
  const service = await startRecordedService('front', { cluster: { CLUSTER_ADDR: root.address, ...login } });
  project.provide('target', {
    address: service.url,
    rootToken,
    isReference: false,
    isInFront: true,
    isOwn: false,
  });
  return async () => {
    await service.stop();
    await bao.stop();
  };
}

/** The tests have namespaces of one level more than the policy reaches. It says how to add a level. */
function oneLevelDeeper(policy: string): string {
  return policy.replace(/^path "\+\/\+\/.*$/gm, (line) => `${line}\n${line.replace('"', '"+/')}`);
}
