/**
 * The server that the contract is checked against. All files of this folder share it.
 *
 * By default the suite starts one. `CONTRACT_ADDR` and `CONTRACT_TOKEN` (a root token) name a running server instead.
 * Use one for tests only: the mounts that the tests create stay there. If `CONTRACT_REFERENCE` is set too, the server is
 * a Vault or OpenBao, and the tests of intended differences are skipped.
 */

import { randomUUID } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startRecordedService } from '../rights/recorder.ts';

export interface Target {
  address: string;
  rootToken: string;
  isReference: boolean;
  /** Whether it is this service in front of a cluster, whose mounts it moves. */
  isInFront?: boolean;
  /** Whether the suite has started the server. Only then may tests start others like it and kill them. */
  isOwn: boolean;
}

declare module 'vitest' {
  export interface ProvidedContext {
    target: Target;
  }
}

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { CONTRACT_ADDR, CONTRACT_TOKEN = '', CONTRACT_REFERENCE } = process.env;
  if (CONTRACT_ADDR) {
    const address = CONTRACT_ADDR.replace(/\/+$/, '');
    project.provide('target', {
      address,
      rootToken: CONTRACT_TOKEN,
      isReference: Boolean(CONTRACT_REFERENCE),
      isOwn: false,
    });
    return async () => {};
  }
  const service = await startRecordedService('contract', {
    port: 0,
    rootToken: `root-${randomUUID()}`,
    dynamodbEndpoint: process.env.DYNAMODB_ENDPOINT,
  });
  const { url: address, rootToken } = service;
  project.provide('target', { address, rootToken, isReference: false, isOwn: true });
  return () => service.stop();
}
