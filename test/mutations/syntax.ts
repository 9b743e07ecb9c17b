/** Parses a source file, as far as needed to find the conditions of writes. */

import { parseAst } from 'vitest/node';

/** A node of ESTree, with the parts that are used here. */
export interface Node {
  type: string;
  start: number;
  end: number;
  /** Of an identifier. */
  name?: string;
  /** The name that a declaration declares; `left` for an assignment. */
  id?: Node | null;
  init?: Node | null;
  left?: Node;
  right?: Node;
  properties?: Node[];
  key?: Node;
  value?: Node;
  elements?: (Node | null)[];
  /** Of `?:`. */
  consequent?: Node;
  alternate?: Node;
  /** Of `as` and `satisfies`. */
  expression?: Node | boolean;
  argument?: Node | null;
  callee?: Node;
  arguments?: Node[];
  params?: Node[];
  body?: Node;
  returnType?: Node | null;
  typeAnnotation?: Node | null;
  typeName?: Node;
  types?: Node[];
  source?: Node | null;
  specifiers?: Node[];
}

/** @returns all nodes of a TypeScript source, each before those within it */
export function nodesOf(source: string): Node[] {
  return within(parseAst(source, { lang: 'ts' }) as unknown as Node);
}

/** @returns the node and all within it */
export function within(node: Node): Node[] {
  const parts = Object.values(node).flat().filter(isNode);
  return [node, ...parts.flatMap(within)];
}

function isNode(part: unknown): part is Node {
  return typeof part === 'object' && part !== null && typeof (part as Node).type === 'string';
}

export function isFunction({ type }: Node): boolean {
  return /Function/.test(type) && !type.startsWith('TS');
}

/** The values that a function may return. */
export function returnsOf(made: Node): Node[] {
  const { body } = made;
  if (!body) return [];
  if (body.type !== 'BlockStatement') return [body];
  const inner = within(body).filter(isFunction);
  return within(body)
    .filter(({ type }) => type === 'ReturnStatement')
    .filter((node) => !inner.some((other) => contains(other, node)))
    .flatMap(({ argument }) => argument ?? []);
}

export function contains(outer: Node, { start, end }: Node): boolean {
  return outer.start <= start && end <= outer.end;
}
