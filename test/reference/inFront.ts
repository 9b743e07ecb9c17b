/** This service in front of one OpenBao, for all files of the project `front`. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { enableLogin } from '../cluster/support/adapter.ts';
import { startInMemory } from '../cluster/support/openbao.ts';
import { startRecordedService } from '../rights/recorder.ts';

const POLICY = join(import.meta.dirname, '..', '..', 'infra', 'cluster', 'policy.hcl');

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const bao = await startInMemory();
  const { root, rootToken } = bao;
  await root.must('POST', 'sys/policies/acl/remount', {
    policy: oneLevelDeeper(await readFile(POLICY, 'utf8')),
  });
  const { roleId, secretId } = await enableLogin(root, '', ['remount']);
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
