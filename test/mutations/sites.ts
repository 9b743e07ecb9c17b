/** Where the service writes on a condition, and what the source says with that condition dropped. */

import { contains, isFunction, type Node, nodesOf, returnsOf, within } from './syntax.ts';

export interface Site {
  /** Counted from 1. */
  line: number;
  /** What is dropped, as it stands in the source. */
  dropped: string;
  /** The source without it. */
  mutated: string;
}

/** A condition that always holds: no item has such an attribute. It is good wherever a condition may stand. */
const ALWAYS = '({ neverSet: { absent: true } })';

/**
 * Conditions stand as `if` of a write, as `before` of a change of the tree, and where `Expected` or `Condition` is the
 * declared type. Names and calls are followed to what they stand for within the file, and each branch of a choice is
 * a condition of its own; of those that name several attributes, each attribute is a site, too.
 * @param source a file of the service
 */
export function sitesIn(source: string): Site[] {
  const nodes = nodesOf(source);
  const sites = new Map<string, Site>();
  const seen = new Set<Node>();
  const add = (node: Node, replacement: string, end = node.end) => {
    const mutated = source.slice(0, node.start) + replacement + source.slice(end);
    sites.set(`${node.start} ${node.end}`, {
      line: source.slice(0, node.start).split('\n').length,
      dropped: source.slice(node.start, node.end).replace(/\s+/g, ' '),
      mutated,
    });
  };
  const addAttributes = ({ properties = [] }: Node) => {
    for (const attribute of properties.length > 1 ? properties : []) {
      const comma = /^\s*,\s*/.exec(source.slice(attribute.end));
      add(attribute, '', attribute.end + (comma?.[0].length ?? 0));
    }
  };
  const addAll = (condition: Node) => {
    if (seen.has(condition)) return;
    seen.add(condition);
    const meant = meantBy(condition, nodes);
    if (meant.length > 0) return meant.forEach(addAll);
    add(condition, ALWAYS);
    // An alternative that always holds is the whole condition dropped once more, but not one that names less.
    const matches = condition.type === 'ArrayExpression' ? (condition.elements ?? []) : [condition];
    for (const match of matches) if (match) addAttributes(match);
  };
  for (const node of nodes) conditionsAt(node, nodes).forEach(addAll);
  return [...sites.values()].sort((a, b) => a.line - b.line);
}

/** The conditions that a node says to be such. */
function conditionsAt(node: Node, nodes: Node[]): Node[] {
  if (node.type === 'ObjectExpression') {
    const properties = new Map((node.properties ?? []).map((one) => [one.key?.name, one.value]));
    const isTreeChange = properties.has('namespaceId') && properties.has('path');
    return [properties.get('if'), isTreeChange ? properties.get('before') : undefined].filter(
      (value) => value !== undefined,
    );
  }
  if (node.type === 'VariableDeclarator') return isCondition(node.id, nodes) ? valuesOf(node, nodes) : [];
  return isFunction(node) && isConditionType(node.returnType, nodes) ? returnsOf(node) : [];
}

function isCondition(declared: Node | null | undefined, nodes: Node[]): boolean {
  return isConditionType(declared?.typeAnnotation, nodes);
}

/** Whether a type is the store's `Expected` or `Condition`, or may be. */
function isConditionType(type: Node | null | undefined, nodes: Node[]): boolean {
  if (!type) return false;
  if (type.type === 'TSTypeAnnotation') return isConditionType(type.typeAnnotation, nodes);
  if (type.type === 'TSUnionType') return (type.types ?? []).some((one) => isConditionType(one, nodes));
  return /^(Expected|Condition)$/.test(type.typeName?.name ?? '') && isOfStore(type.typeName?.name, nodes);
}

function isOfStore(name: string | undefined, nodes: Node[]): boolean {
  return nodes.some(
    ({ type, source, specifiers = [] }) =>
      type === 'ImportDeclaration' &&
      /(^|\/)store\.ts$/.test(String(source?.value)) &&
      specifiers.some((one) => within(one).some((part) => part.name === name)),
  );
}

/** What an expression stands for, in this file; nothing when it is itself a condition, or comes from elsewhere. */
function meantBy(node: Node, nodes: Node[]): Node[] {
  const { type, name, callee } = node;
  if (/^TS|^Parenthesized/.test(type)) return [node.expression as Node];
  if (type === 'ConditionalExpression') return [node.consequent, node.alternate].filter((one) => !!one);
  if (type === 'LogicalExpression') return [node.left, node.right].filter((one) => !!one);
  if (type === 'CallExpression') {
    const called = nodes.find((one) => isFunction(one) && one.id?.name === callee?.name);
    return called ? returnsOf(called) : [];
  }
  if (type !== 'Identifier') return [];
  const declared = nodes
    .filter((one) => one.type === 'VariableDeclarator' && one.id?.name === name)
    .filter((one) => contains(scopeOf(one, nodes), node))
    .at(-1);
  return declared ? valuesOf(declared, nodes) : argumentsFor(node, nodes);
}

/** What a variable is given where it is declared, and later. */
function valuesOf(declared: Node, nodes: Node[]): Node[] {
  const scope = scopeOf(declared, nodes);
  const assigned = within(scope).filter(
    ({ type, left }) => type === 'AssignmentExpression' && left?.name === declared.id?.name,
  );
  return [declared.init, ...assigned.map(({ right }) => right)].filter((value) => !!value);
}

/** What is passed for a parameter by the calls in this file. */
function argumentsFor(node: Node, nodes: Node[]): Node[] {
  const made = nodes.filter((one) => isFunction(one) && contains(one, node)).at(-1);
  const position = (made?.params ?? []).findIndex((parameter) => parameter.name === node.name);
  if (position === -1 || !made?.id) return [];
  return nodes
    .filter(({ type, callee }) => type === 'CallExpression' && callee?.name === made.id?.name)
    .flatMap((call) => call.arguments?.[position] ?? []);
}

/** The innermost block that a declaration is good in. */
function scopeOf(declared: Node, nodes: Node[]): Node {
  const blocks = nodes.filter(({ type }) => /^(Program|BlockStatement)$/.test(type));
  return blocks.filter((block) => contains(block, declared)).at(-1) as Node;
}
