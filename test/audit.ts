/**
 * `npm run audit`: asks the registry for known vulnerabilities of the deployed packages and of those that deploy them.
 * Fails from severity `high` on. If the registry does not support this, as many mirrors do not, the command does not
 * fail, but warns that nothing was audited.
 */

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const COMMAND = ['audit', '--json'];
const GIVE_UP_MS = 60_000;
const FAILING = ['high', 'critical'];

/** Tools that build or deploy the bundles. They run with rights that give access to all secrets. */
const DEPLOYING = ['osls', 'esbuild', 'node'];

interface Report {
  vulnerabilities?: Record<string, { severity: string; nodes: string[] }>;
}

interface Locked {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, Locked>;
};
const { stdout } = spawnSync('npm', COMMAND, { cwd: ROOT, encoding: 'utf8', timeout: GIVE_UP_MS });
const found = reportIn(stdout)?.vulnerabilities;
if (!found) {
  console.warn('WARNING: nothing was audited, the registry does not tell of known weaknesses.');
} else {
  const isBad = [
    report('what is deployed', neededBy(Object.keys(dependenciesOf('')))),
    report('what deploys it', neededBy(DEPLOYING)),
  ].some(Boolean);
  process.exitCode = isBad ? 1 : 0;
}

function reportIn(text: string): Report | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @returns whether there is a vulnerability with a failing severity */
function report(what: string, paths: Set<string>): boolean {
  const weak = Object.entries(found ?? {}).filter(([, { nodes }]) => nodes.some((path) => paths.has(path)));
  const names = weak.map(([name, { severity }]) => `${name} (${severity})`);
  console.log(`Known weaknesses of ${what}, ${paths.size} packages: ${names.join(', ') || 'none'}.`);
  return weak.some(([, { severity }]) => FAILING.includes(severity));
}

/** The lock file's paths of packages and of everything they depend on. */
function neededBy(names: string[]): Set<string> {
  const paths = new Set<string>();
  const add = (name: string, from: string) => {
    const path = whereIs(name, from);
    if (path === undefined || paths.has(path)) return;
    paths.add(path);
    for (const needed of Object.keys(dependenciesOf(path))) add(needed, path);
  };
  for (const name of names) {
    if (!packages[`node_modules/${name}`]) throw new Error(`${name} is not locked`);
    add(name, '');
  }
  return paths;
}

function dependenciesOf(path: string): Record<string, string> {
  return { ...packages[path]?.dependencies, ...packages[path]?.optionalDependencies };
}

/** The nearest package of that name, as Node resolves it; none if it is optional and not locked. */
function whereIs(name: string, from: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (packages[path]) return path;
    if (folder === '') return undefined;
  }
}
