/** Reads an OpenAPI document by JSON pointers. */

// biome-ignore lint/suspicious/noExplicitAny: the document is plain JSON
export type Json = any;

export function at(document: Json, pointer: string): Json {
  const steps = pointer.split('/').map(decodeURIComponent);
  return steps.reduce((inner, key) => inner?.[key.replaceAll('~1', '/').replaceAll('~0', '~')], document);
}

/** A key as a step of a pointer. */
export function step(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

export function pathOf(template: string, method: string): string {
  return `paths/${step(template)}/${method.toLowerCase()}`;
}

export function contentOf(response: string): string {
  return `${response}/content/application~1json/schema`;
}

/**
 * Pointers to the schemas that a successful answer may have, if the operation declares any. If the last parameter of
 * a path may be empty, the shorter path has the same operation, and only the pointers of the shorter one are returned.
 */
export function answersOf(document: Json, template: string, method: string): string[] {
  const shorter = template.replace(/\/\{\w+\}$/, '');
  const [long, short] = [template, shorter].map((path) =>
    at(document, `${pathOf(path, method)}/responses/200`),
  );
  const response = `${pathOf(isSame(long, short) ? shorter : template, method)}/responses/200`;
  if (!long || long.$ref) return [];
  const schema = contentOf(response);
  const found = at(document, schema);
  if (!found) return [];
  const several: unknown[] | undefined = found.anyOf;
  return several ? several.map((_, i) => `${schema}/anyOf/${i}`) : [schema];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** All of them, each once. A schema without data is left out for reads: no live answer shows it. */
export function allAnswers(document: Json, isSelected: (template: string) => boolean): string[] {
  const templates = Object.keys(document.paths).filter(isSelected);
  const reads = templates
    .flatMap((template) => answersOf(document, template, 'get'))
    .filter((schema) => !hasNoData(document, schema));
  const changes = templates.flatMap((template) =>
    ['post', 'patch', 'delete'].flatMap((method) => answersOf(document, template, method)),
  );
  return [...new Set([...reads, ...changes])];
}

/** Whether the schema describes an envelope without data. */
export function hasNoData(document: Json, schema: string): boolean {
  return at(document, schema).properties?.data?.type === 'null';
}
