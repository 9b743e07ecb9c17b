/** Random texts of policies and random changes. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editPolicy, type RuleEdit } from '../../functions/policies/editPolicy.ts';
import type { PathRule } from '../../functions/policies/pathRule.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { reversed, spliced } from '../../functions/policies/splices.ts';

/** How one rule is written: its text, and in it the rule without what is around it, and the key of that. */
interface Written {
  text: string;
  rule: string;
  key: string;
}

const HCL_BODIES = [
  '{ capabilities = ["read"] }',
  '{\n  capabilities = ["read", # "x" {\n    "list"] // }\n}',
  '{\n\tpolicy = "write"\n\tcomment = <<END\npath "old-1" { }\nEND\n}',
  '{ capabilities = ["deny"], allowed_parameters = { "a" = ["}"] } }',
  '{}',
];
const JSON_BODIES = ['{"capabilities": ["read"]}', '{\n "capabilities" : [ "list" , "read" ]\n}', '[{}, {}]'];
const HCL_FRAMES: ((key: string, body: string) => Omit<Written, 'key'>)[] = [
  (key, body) => ({ text: `path ${key} ${body}`, rule: `path ${key} ${body}` }),
  (key, body) => ({ text: `"path" ${key}\n${body}`, rule: `"path" ${key}\n${body}` }),
  (key, body) => ({ text: `path = { ${key} = ${body} }`, rule: `${key} = ${body}` }),
  (key, body) => ({ text: `path {\n    ${key} ${body}\n}`, rule: `${key} ${body}` }),
];
const HCL_GAPS = ['\n', '\n\n', ' ', ',\n', ' # path "old-1" {}\n', '\n/* "old-2" */\n  ', '// {\n'];

/** The i-th key, with or without escapes and a slash. */
const keys = (i: number) =>
  fc.constantFrom(`"old-${i}/*"`, `"/old-${i}"`, String.raw`"\u006fld-${i}/+"`, `"old-${i}/{{x.y}}"`);

const numbers = fc.integer({ min: 1, max: 5 }).map((n) => Array.from({ length: n }, (_, i) => i));

function hclRule(i: number): fc.Arbitrary<Written> {
  return fc
    .tuple(keys(i), fc.constantFrom(...HCL_BODIES), fc.constantFrom(...HCL_FRAMES))
    .map(([key, body, frame]) => ({ key, ...frame(key, body) }));
}

const hcl = numbers.chain((all) =>
  fc
    .tuple(fc.tuple(...all.map(hclRule)), fc.tuple(...[0, ...all].map(() => fc.constantFrom(...HCL_GAPS))))
    .map(([rules, gaps]) => ({
      rules,
      text: `# begin\n${rules.map(({ text }, i) => text + gaps[i]).join('')}`,
    })),
);

const json = numbers.chain((all) =>
  fc
    .tuple(
      fc.tuple(
        ...all.map((i) =>
          fc.tuple(keys(i), fc.constantFrom(...JSON_BODIES)).map(([key, body]): Written => {
            const rule = `${key} : ${body}`;
            return { key, rule, text: rule };
          }),
        ),
      ),
      fc.constantFrom(', ', ',\n    ', ','),
      fc.boolean(),
    )
    .map(([rules, between, isList]) => {
      const texts = rules.map(({ text }) => text);
      const inner = isList
        ? `[${texts.map((text) => `{${text}}`).join(between)}]`
        : `{${texts.join(between)}}`;
      return { rules, text: `{\n  "name": "x",\n  "path": ${inner}}\n` };
    }),
);

const wishes = fc.array(fc.constantFrom('keep', 'add', 'follow'), { minLength: 5, maxLength: 5 });

interface Case {
  text: string;
  rules: Written[];
  edits: RuleEdit[];
}

const cases = fc.tuple(fc.oneof(hcl, json), wishes).map(([{ text, rules }, wished]): Case => {
  const edits = rules.map(({ key }, i) => ({
    path: pathOf(key),
    to: `new-${i}/*`,
    replaces: wished[i] === 'follow',
    comment: 'ADDED',
  }));
  return { text, rules, edits: edits.filter((_, i) => wished[i] !== 'keep') };
});

function pathOf(key: string): string {
  return (JSON.parse(key) as string).replace(/^\//, '');
}

function edited({ text, edits }: Pick<Case, 'text' | 'edits'>): string {
  return spliced(text, editPolicy(text, edits));
}

describe('an edited policy', () => {
  it('has exactly the rules that it should have, in their order', () => {
    fc.assert(
      fc.property(cases, ({ text, edits }) => {
        const wanted = allRules(text).flatMap((rule) => {
          const edit = edits.find(({ path }) => path === rule.path);
          if (edit === undefined) return [rule];
          const copy = { ...rule, path: edit.to };
          return edit.replaces ? [copy] : [rule, copy];
        });
        expect(allRules(edited({ text, edits }))).toEqual(wanted);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the text as it was, apart from the new paths and the added rules', () => {
    fc.assert(
      fc.property(cases, ({ text, rules, edits }) => {
        let left = edited({ text, edits });
        for (const { key, rule } of rules) {
          const edit = edits.find(({ path }) => path === pathOf(key));
          if (edit === undefined) continue;
          const newKey = `"${key.startsWith('"/') ? '/' : ''}${edit.to}"`;
          const copy = escaped(rule.replace(key, newKey));
          const inserted = text.startsWith('{') ? `,\\s*${copy}` : `\\n+[ ]*# ADDED\\n[ ]*${copy}`;
          left = edit.replaces ? left.replace(newKey, key) : left.replace(new RegExp(inserted), '');
        }
        expect(left).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('becomes the text that it was', () => {
    fc.assert(
      fc.property(cases, ({ text, edits }) => {
        const splices = editPolicy(text, edits);
        expect(spliced(spliced(text, splices), reversed(text, splices))).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  it('does not change when it is edited again', () => {
    fc.assert(
      fc.property(cases, ({ text, edits }) => {
        const once = edited({ text, edits });
        expect(edited({ text: once, edits })).toBe(once);
      }),
      { numRuns: 500 },
    );
  });
});

/** Also those with a template: here they are marked, as a template is nothing that a policy of this service compiles. */
function allRules(text: string): PathRule[] {
  return parsePolicy(text.replaceAll('{{x.y}}', '<x.y>')).rules.map((rule) => ({
    ...rule,
    path: rule.path.replace('<x.y>', '{{x.y}}'),
  }));
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
