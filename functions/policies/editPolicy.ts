/**
 * Changes the paths of rules in the text of a policy, or adds rules behind them. All else stays as people wrote it: comments,
 * order, layout. Pure.
 */

import { type HclEntry, type HclValue, isHclObject, isJson, parseHcl } from './hcl.ts';
import { ruleEntries } from './policy.ts';
import type { Splice } from './splices.ts';

/** What is to happen to the rules of one path. Both paths are relative to the policy's namespace. */
export interface RuleEdit {
  /** As compiled, without a leading slash. */
  path: string;
  to: string;
  /** Whether the rule itself gets the new path; otherwise one with the same content is added behind it. */
  replaces: boolean;
  /** One line, which stands above what is added; not in JSON, which has no comments. */
  comment: string;
}

/**
 * All changes are made at once: a path that one edit makes is not changed by another. A rule that is there already, with the same
 * content, is not added again, so an edit that only adds may be repeated.
 * @returns the changes of the text
 * @throws PolicySyntaxError for a text that is no policy
 */
export function editPolicy(text: string, edits: readonly RuleEdit[]): Splice[] {
  const byPath = new Map(edits.map((edit) => [edit.path, edit]));
  const rules = ruleEntries(parseHcl(text));
  const present = new Set(rules.map((rule) => contentAt(pathOf(rule), rule)));
  return rules.flatMap((rule) => {
    const edit = byPath.get(pathOf(rule));
    if (edit?.replaces) return [{ ...rule.name, text: quoted(edit.to, text, rule) }];
    if (edit === undefined || present.has(contentAt(edit.to, rule))) return [];
    present.add(contentAt(edit.to, rule));
    return [addition(text, rule, edit)];
  });
}

/** A rule may be written with a leading slash, which has no meaning. */
function pathOf({ key }: HclEntry): string {
  return key.replace(/^\//, '');
}

/** The path and everything that the rule says, as one text to compare. */
function contentAt(path: string, { value }: HclEntry): string {
  return JSON.stringify([path, plain(value)]);
}

function plain(value: HclValue): unknown {
  if (Array.isArray(value)) return value.map(plain);
  return isHclObject(value) ? value.entries.map((entry) => [entry.key, plain(entry.value)]) : value;
}

/** The path as a key. `${` would begin an interpolation of HCL. */
function quoted(path: string, text: string, { key }: HclEntry): string {
  const slash = key.startsWith('/') ? '/' : '';
  const json = JSON.stringify(slash + path);
  return isJson(text) ? json : json.replaceAll('${', '\\u0024{');
}

/** A copy of the rule with another path, behind the rule. */
function addition(text: string, rule: HclEntry, { to: path, comment }: RuleEdit): Splice {
  const { name, statement } = rule;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = indentOf(text, statement.start);
  const copy =
    text.slice(statement.start, name.start) + quoted(path, text, rule) + text.slice(name.end, statement.end);
  if (isJson(text)) {
    const before = indent === undefined ? ', ' : `,${newline}${indent}`;
    return { start: statement.end, end: statement.end, text: before + copy };
  }
  const at = endOfLine(text, statement.end);
  const line = newline + (indent ?? '');
  const gap = copy.includes('\n') ? newline : '';
  return { start: at, end: at, text: `${gap}${line}# ${comment}${line}${copy}` };
}

/** @returns the blanks before a statement; nothing if something else precedes it in its line */
function indentOf(text: string, at: number): string | undefined {
  const before = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  return /^[ \t\uFEFF]*$/.test(before) ? before.replace('\uFEFF', '') : undefined;
}

/** A comma and a comment behind a statement belong to it if nothing else is in the line. */
function endOfLine(text: string, at: number): number {
  const rest = /[ \t]*,?[ \t]*(?:(?:#|\/\/)[^\r\n]*)?(?=\r?\n|$)/y;
  rest.lastIndex = at;
  return rest.test(text) ? rest.lastIndex : at;
}
