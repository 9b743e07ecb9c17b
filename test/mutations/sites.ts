/** Finds the conditions of writes in a source file, and gives the source without each of them. */

import { contains, isFunction, type Node, nodesOf, returnsOf, within } from './syntax.ts';

export interface Site {
  /** Counted from 1. */
  line: number;
  /** The source text that is dropped. */
  dropped: string;
  /** The source without it. */
  mutated: string;
}

/** A condition that always holds, since no item has this attribute. It is valid wherever a condition is. */
const ALWAYS = '({ neverSet: { absent: true } })';

/**
 * A condition is the `if` of a write, the `before` of a change of the tree, or a value whose declared type is `Expected`
 * or `Condition`. Names and calls are replaced by their values within the file. Each branch of a conditional expression
 * is a condition of its own. In a condition with several attributes each attribute is a site, too.
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
    const values = valuesBehind(condition, nodes);
    if (values.length > 0) return values.forEach(addAll);
    add(condition, ALWAYS);
    // Dropping a whole alternative is the same as dropping the condition. Dropping one of its attributes is not.
    const matches = condition.type === 'ArrayExpression' ? (condition.elements ?? []) : [condition];
    for (const match of matches) if (match) addAttributes(match);
  };
  for (const node of nodes) conditionsAt(node, nodes).forEach(addAll);
  return [...sites.values()].sort((a, b) => a.line - b.line);
}

/** The conditions that a node marks as such. */
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

/** Whether a type is the store's `Expected` or `Condition`, or a union with one. */
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

/** The values of an expression in this file; none if it is itself a condition, or comes from another file. */
function valuesBehind(node: Node, nodes: Node[]): Node[] {
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

/** The values that a variable gets, at its declaration and later. */
function valuesOf(declared: Node, nodes: Node[]): Node[] {
  const scope = scopeOf(declared, nodes);
  const assigned = within(scope).filter(
    ({ type, left }) => type === 'AssignmentExpression' && left?.name === declared.id?.name,
  );
  return [declared.init, ...assigned.map(({ right }) => right)].filter((value) => !!value);
}

/** The arguments that calls in this file pass for a parameter. */
function argumentsFor(node: Node, nodes: Node[]): Node[] {
  const made = nodes.filter((one) => isFunction(one) && contains(one, node)).at(-1);
  const position = (made?.params ?? []).findIndex((parameter) => parameter.name === node.name);
  if (position === -1 || !made?.id) return [];
  return nodes
    .filter(({ type, callee }) => type === 'CallExpression' && callee?.name === made.id?.name)
    .flatMap((call) => call.arguments?.[position] ?? []);
}

/** The innermost block around a declaration. */
function scopeOf(declared: Node, nodes: Node[]): Node {
  const blocks = nodes.filter(({ type }) => /^(Program|BlockStatement)$/.test(type));
  return blocks.filter((block) => contains(block, declared)).at(-1) as Node;
}
