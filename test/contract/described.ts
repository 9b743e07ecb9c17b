/** Performs operations as the OpenAPI document describes them, and checks the answers against the document. */

import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { allAnswers, answersOf, at, contentOf, hasNoData, type Json, pathOf, step } from './document.ts';
import { must } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';

const METHODS = { read: 'GET', list: 'GET', scan: 'GET', write: 'POST', patch: 'PATCH', delete: 'DELETE' };

type Operation = keyof typeof METHODS;

/** The fields are the body of a write or patch, and the query of every other operation. */
type Options = Omit<Sent, 'body'> & { fields?: Record<string, unknown> };

/** Performs an operation at a path of the document, with these values for the parameters in braces. */
type Perform = (
  operation: Operation,
  template: string,
  values?: Record<string, string>,
  options?: Options,
) => Promise<Answer>;

type Step = [...Parameters<Perform>];

export interface Described {
  document: Json;
  /** The errors of a value, checked against the schema at a pointer. */
  mistakes(pointer: string, value: unknown): unknown[];
  perform: Perform;
  /** Performs the steps one after the other; each must succeed. */
  all(steps: Step[], options?: Options): Promise<void>;
  /** Pointers to the schemas of answers, at the selected paths, that no answer has matched so far. */
  unseen(isSelected: (template: string) => boolean): string[];
}

export async function describedByService(): Promise<Described> {
  const document = (await must('GET', 'sys/internal/specs/openapi')).body;
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, 'api');
  const seen = new Set<string>();

  function mistakes(pointer: string, value: unknown): unknown[] {
    return ajv.validate({ $ref: `api#/${pointer}` }, value) ? [] : (ajv.errors ?? []);
  }

  const perform: Perform = async (operation, template, values = {}, options = {}) => {
    const method = METHODS[operation];
    const where = pathOf(template, method);
    const { fields, ...sent } = options;
    const path = template.slice(1).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
    const title = `${operation} ${path}`;
    const isWrite = operation === 'write' || operation === 'patch';
    const type = operation === 'patch' ? 'application/merge-patch+json' : 'application/json';
    if (isWrite && fields)
      expect(mistakes(`${where}/requestBody/content/${step(type)}/schema`, fields), title).toEqual([]);
    const query = new URLSearchParams(isWrite ? {} : (fields as Record<string, string>));
    if (operation === 'list' || operation === 'scan') query.set(operation, 'true');
    const answer = await call(method, query.size > 0 ? `${path}?${query}` : path, {
      ...sent,
      headers: { 'Content-Type': type, ...sent.headers },
      ...(isWrite && fields && { body: fields }),
    });
    expect(mistakesIn(answer, `${where}/responses`), title).toEqual([]);
    for (const schema of answersOf(document, template, method)) if (matches(answer, schema)) seen.add(schema);
    return answer;
  };

  function mistakesIn({ status, text, body }: Answer, responses: string): unknown[] {
    const key = [status, `${Math.floor(status / 100)}XX`].find((name) => name in at(document, responses));
    if (key === undefined) return [`${status} is not among the answers`];
    if (text === '') return status === 204 || status === 202 ? [] : ['the body is empty'];
    const response = `${responses}/${key}`;
    return mistakes(contentOf(at(document, response).$ref?.slice('#/'.length) ?? response), body);
  }

  function matches({ status, body }: Answer, schema: string): boolean {
    const isEmpty = hasNoData(document, schema);
    if (status === 204) return isEmpty;
    return status === 200 && (isEmpty || body.data !== null) && mistakes(schema, body).length === 0;
  }

  async function all(steps: Step[], common: Options = {}): Promise<void> {
    for (const [operation, template, values, options] of steps) {
      const { status, text } = await perform(operation, template, values, { ...common, ...options });
      expect(status, `${operation} ${template}: ${text}`).toBeLessThan(300);
    }
  }

  function unseen(isSelected: (template: string) => boolean): string[] {
    return allAnswers(document, isSelected).filter((schema) => !seen.has(schema));
  }

  return { document, mistakes, perform, all, unseen };
}
