/** Auth methods of a real server, and each kind of token that somebody who has logged in may hold. */

import type { Client } from './client.ts';

const PASSWORD = 'correct horse';

const ISSUER = `
  path "auth/token/create" { capabilities = ["update"] }
  path "auth/token/create-orphan" { capabilities = ["update", "sudo"] }
`;

/** Enables userpass at a path below `auth/`, with the users `person` and `batch`, who get tokens of different types. */
export async function enableUserpass({ must }: Client, path: string): Promise<void> {
  await must('POST', `sys/auth/${path}`, { type: 'userpass' });
  await must('PUT', 'sys/policies/acl/issuer', { policy: ISSUER });
  const user = { password: PASSWORD, token_policies: ['issuer'] };
  await must('POST', `auth/${path}/users/person`, user);
  await must('POST', `auth/${path}/users/batch`, { ...user, token_type: 'batch' });
}

export interface Tokens {
  /** Of a login of `person`. */
  login: string;
  /** Created with the token of the login. */
  child: string;
  /** Created with the token of the login, but not its child. */
  orphan: string;
  /** Of a login of `batch`. */
  batch: string;
}

/** @param path of a method that {@link enableUserpass} has enabled */
export async function issueTokens(client: Client, path: string): Promise<Tokens> {
  const logIn = async (user: string): Promise<string> => {
    const { body } = await client.must('POST', `auth/${path}/login/${user}`, { password: PASSWORD });
    return body.auth.client_token;
  };
  const login = await logIn('person');
  const create = async (how: string): Promise<string> => {
    const { body } = await client.as(login).must('POST', `auth/token/${how}`, { policies: ['default'] });
    return body.auth.client_token;
  };
  const [child, orphan, batch] = [create('create'), create('create-orphan'), logIn('batch')];
  return { login, child: await child, orphan: await orphan, batch: await batch };
}

/** Enables approle at a path below `auth/`, with the role `machine`. @returns a login of it, which gives a token */
export async function enableApprole({ must }: Client, path: string): Promise<() => Promise<string>> {
  await must('POST', `sys/auth/${path}`, { type: 'approle' });
  await must('POST', `auth/${path}/role/machine`, { token_policies: ['default'] });
  const { role_id } = (await must('GET', `auth/${path}/role/machine/role-id`)).body.data;
  const { secret_id } = (await must('POST', `auth/${path}/role/machine/secret-id`)).body.data;
  return async () => {
    const { body } = await must('POST', `auth/${path}/login`, { role_id, secret_id });
    return body.auth.client_token;
  };
}
