import { expect, it } from 'vitest';
import { commandsOf } from './command.ts';

it.each([
  ['kv get a/b', { environment: {}, args: ['kv', 'get', 'a/b'], input: '' }],
  [
    "BAO_TOKEN=$token write a b='c d' e=f",
    { environment: { BAO_TOKEN: '$token' }, args: ['write', 'a', 'b=c d', 'e=f'] },
  ],
  ['BAO_TOKEN= print token', { environment: { BAO_TOKEN: '' }, args: ['print', 'token'] }],
  [`policy write p - < 'path "a" {}'`, { args: ['policy', 'write', 'p', '-'], input: 'path "a" {}' }],
  ['token create -field=token > token', { args: ['token', 'create', '-field=token'], keep: 'token' }],
  ["namespace create 'with space'", { args: ['namespace', 'create', 'with space'] }],
])('the line %s is read as a shell reads it', (line, command) => {
  expect(commandsOf(`\n${line}\n`)).toMatchObject([{ line, ...command }]);
});
