import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { route } from '../../functions/http/route.ts';
import type { OneOf, Shape, Wire } from '../../functions/http/shape.ts';
import { schemaOf } from '../../functions/system/openapiAnswers.ts';

const SHAPE = {
  name: 'string',
  status: 'string' as OneOf<'on' | 'off'>,
  count: 'int',
  ttl: 'duration',
  sealed: 'bool',
  keys: 'list',
  ports: 'ints',
  labels: 'pairs',
  data: 'map',
  anything: 'any',
  finished: ['string', null],
  error: [{ code: 'string' }, null],
  moves: [{ row: 'int' }],
  by_role: { '*': 'int' },
  'note?': 'string',
} as const satisfies Shape;

type Answer = Wire<typeof SHAPE>;

const ANSWER: Answer = {
  name: 'a',
  status: 'on',
  count: 1,
  ttl: 60,
  sealed: false,
  keys: ['a'],
  ports: [22],
  labels: { team: 'a' },
  data: { any: [1] },
  anything: null,
  finished: null,
  error: { code: 'gone' },
  moves: [{ row: 1 }],
  by_role: { admin: 2 },
};

/** The compiler checks the types here. The schema of the document accepts and refuses the same values. */
describe('the type of a shape', () => {
  const isDescribed = new Ajv2020({ strict: false }).compile(schemaOf(SHAPE));

  it('has a type for each word', () => {
    expectTypeOf<Answer>().branded.toEqualTypeOf<{
      readonly name: string;
      readonly status: 'on' | 'off';
      readonly count: number;
      readonly ttl: number;
      readonly sealed: boolean;
      readonly keys: string[];
      readonly ports: number[];
      readonly labels: Record<string, string>;
      readonly data: Record<string, unknown>;
      readonly anything: unknown;
      readonly finished: string | null;
      readonly error: { readonly code: string } | null;
      readonly moves: { readonly row: number }[];
      readonly by_role: Record<string, number>;
      readonly note?: string;
    }>();
    expect(isDescribed(ANSWER)).toBe(true);
    expect(isDescribed({ ...ANSWER, note: 'a' } satisfies Answer)).toBe(true);
  });

  it('refuses a field that is missing, unknown, or of another type', () => {
    const { name: _, ...nameless } = ANSWER;
    // @ts-expect-error the name is missing
    expect(isDescribed(nameless satisfies Answer)).toBe(false);
    // @ts-expect-error no field has this name
    expect(isDescribed({ ...ANSWER, more: 1 } satisfies Answer)).toBe(false);
    // @ts-expect-error a number, not a text
    expect(isDescribed({ ...ANSWER, count: '1' } satisfies Answer)).toBe(false);
    // @ts-expect-error never null
    expect(isDescribed({ ...ANSWER, name: null } satisfies Answer)).toBe(false);
    // @ts-expect-error a list of objects
    expect(isDescribed({ ...ANSWER, moves: { row: 1 } } satisfies Answer)).toBe(false);
  });

  it('accepts each of several shapes', () => {
    const either = [{ started: 'string' }, { plan: 'int' }] as const satisfies Shape;
    const isEither = new Ajv2020({ strict: false }).compile(schemaOf(either));
    expect(isEither({ started: 'a' } satisfies Wire<typeof either>)).toBe(true);
    expect(isEither({ plan: 1 } satisfies Wire<typeof either>)).toBe(true);
    // @ts-expect-error of neither shape
    expect(isEither({ plan: 'a' } satisfies Wire<typeof either>)).toBe(false);
  });

  it('is checked for the handlers of a row', () => {
    const answers = { read: { total: 'int' } } as const;
    route({ path: 'a', answers, read: async () => ({ data: { total: 1 } }) });
    // @ts-expect-error the total is a number
    route({ path: 'a', answers, read: async () => ({ data: { total: '1' } }) });
    // @ts-expect-error the total is missing
    route({ path: 'a', answers, read: async () => ({ data: {} }) });
    const told = route({ path: 'a', answers, read: async () => ({ status: 404, data: { error: 'gone' } }) });
    expect(told.answers).toEqual(answers);
  });
});
