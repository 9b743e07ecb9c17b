import { beforeAll, describe, expect, test } from 'vitest';
import { deployed } from './deployed.ts';
import { ofType, packageTemplate, type Resource, type Template } from './packageTemplate.ts';

/** The first deployment of a stage, as docs/deployment.md gives the command; a later one; and one with a misspelt value. */
let first: Template;
let later: Template;
let misspelt: Template;
beforeAll(async () => {
  const [whole, ...others] = await Promise.all(
    [{ protectsTables: 'no' }, {}, { protectsTables: 'No' }].map(async (params) => packageTemplate(params)),
  );
  first = deployed((whole as { template: Template }).template);
  [later, misspelt] = others.map(({ template }) => deployed(template)) as [Template, Template];
});

/** The properties by which CloudFormation gives a resource its name. Without one, it makes up a new name each time. */
const NAMES = /^(Name|\w+Name)$/;

const protection = (template: Template) =>
  ofType(template, 'AWS::DynamoDB::Table').map(([, { Properties }]) => Properties.DeletionProtectionEnabled);

describe('a first deployment that fails', () => {
  test('leaves nothing that has the name of a resource of the next', () => {
    const kept = Object.entries(first.Resources).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy === 'Retain',
    );
    const named = ([, { Properties }]: [string, Resource]) =>
      Object.keys(Properties).some((property) => NAMES.test(property));

    expect(kept.map(([id]) => id)).toEqual(['ApiGatewayAccount', 'ApiGatewayLogRole']);
    expect(kept.filter(named)).toEqual([]);
  });

  test('has tables that can be deleted', () => {
    expect(protection(first)).toEqual([false, false, false, false, false]);
  });
});

describe('a later deployment', () => {
  test('protects the tables from deletion, also if the parameter has an unknown value', () => {
    expect(protection(later)).toEqual([true, true, true, true, true]);
    expect(protection(misspelt)).toEqual(protection(later));
  });

  test('changes nothing else of what the first one made', () => {
    const without = (template: Template) =>
      JSON.parse(JSON.stringify(template), (name, value) =>
        ['DeletionProtectionEnabled', 'S3Key'].includes(name) ? undefined : value,
      );
    expect(without(later)).toEqual(without(first));
  });

  test('keeps its tables and their key when it is replaced or removed', () => {
    const kept = Object.entries(later.Resources).filter(
      ([, resource]) =>
        resource.DeletionPolicy === 'RetainExceptOnCreate' && resource.UpdateReplacePolicy === 'Retain',
    );
    expect(kept.map(([id]) => id)).toEqual([
      'DataKey',
      ...['Mounts', 'Access', 'Leases', 'Storage', 'Migrations'].map((name) => `${name}Table`),
    ]);
  });
});
