/** The service in front of a cluster, in this process: each request has a store of its own, as in a function. */

import { clusterStore } from '../../../functions/cluster/clusterStore.ts';
import { handle } from '../../../functions/gateway/handle.ts';
import type { HttpRequest, HttpResponse } from '../../../functions/http/message.ts';
import type { Cluster } from '../../../functions/ports/cluster.ts';
import type { Deps } from '../../../functions/ports/deps.ts';
import { vaultApi } from '../../../functions/vaultApi.ts';
import { type Caller, caller } from '../../support/call.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { throughFile } from '../../support/throughFile.ts';

export interface Front {
  /** With the store of the service itself. */
  records: TestDeps;
  depsOf(cluster: Cluster, token?: string): Deps;
  /** @param token is sent when a call names none */
  calls(cluster: Cluster, token?: string): Caller;
  /** A request as it arrives. */
  send(cluster: Cluster, http: Partial<HttpRequest>): Promise<HttpResponse>;
}

/** One store for all tests of the file. */
export function front(): Front {
  return throughFile(async () => {
    const records = await testDeps();
    const depsOf = (cluster: Cluster, token?: string): Deps => {
      return { ...records, cluster, store: clusterStore(cluster, records.store, token) };
    };
    return {
      records,
      depsOf,
      calls: (cluster: Cluster, usual = 'root') => {
        return (method: string, path: string, options = {}) => {
          const { token = usual } = options as { token?: string };
          return caller(depsOf(cluster, token), vaultApi, usual)(method, path, options);
        };
      },
      send: (cluster: Cluster, http: Partial<HttpRequest>) => {
        const request: HttpRequest = {
          id: '',
          method: 'GET',
          rawPath: '/v1/',
          prefix: '',
          query: {},
          headers: {},
          body: Buffer.alloc(0),
          sourceIp: '127.0.0.1',
          ...http,
        };
        return handle(request, vaultApi, depsOf(cluster, request.headers['x-vault-token']));
      },
      stop: () => records.stop(),
    };
  });
}
