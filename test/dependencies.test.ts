/** Dependencies are few, pinned and explained, and `npm run audit` checks the deployed ones. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** The number of packages that may be bundled. Think twice before you raise it. */
const MOST_DEPLOYED = 50;
/** Packages with an install script. */
const INSTALL_SCRIPTS = ['es5-ext', 'esbuild', 'node'];

interface Locked {
  integrity?: string;
  resolved?: string;
  dev?: boolean;
  optional?: boolean;
  hasInstallScript?: boolean;
}

type Versions = Record<string, string>;

let manifest: { dependencies: Versions; devDependencies: Versions; optionalDependencies: Versions };
let locked: [path: string, entry: Locked][];
let contributing: string;
beforeAll(async () => {
  manifest = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8'));
  locked = (Object.entries(lock.packages) as typeof locked).filter(([path]) => path !== '');
  contributing = await readFile(join(ROOT, 'CONTRIBUTING.md'), 'utf8');
});

const wanted = () => ({
  ...manifest.dependencies,
  ...manifest.devDependencies,
  ...manifest.optionalDependencies,
});

/** The names in the first column of the table. If a cell has several packages of one scope, only the first has the scope. */
function explained(): string[] {
  const [, table = ''] = contributing.split('## Dependencies');
  return table.split('\n').flatMap((line) => {
    const [, names = '', reason = ''] = line.split('|').map((cell) => cell.trim());
    const words = [...names.matchAll(/`([^`]+)`/g)].map(([, word]) => word as string);
    expect({ line, reason }).toSatisfy(() => words.length === 0 || reason.length > 3);
    const scope = /^@[^/]+\//.exec(words[0] ?? '')?.[0] ?? '';
    return words.map((word) => (word in wanted() ? word : scope + word));
  });
}

/** The packages that a folder imports, without type imports. */
async function importedBy(folder: string): Promise<string[]> {
  const files = await readdir(join(ROOT, folder), { recursive: true });
  const texts = files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFile(join(ROOT, folder, file), 'utf8'));
  const found = (await Promise.all(texts)).flatMap((text) =>
    [...text.matchAll(/^(?:import|export)(?! type)[^;]*? from '([^.'][^']*)'/gm)].map(
      ([, name]) => name as string,
    ),
  );
  const packages = found.filter((name) => !name.startsWith('node:'));
  return [
    ...new Set(
      packages.map((name) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    ),
  ];
}

describe('a dependency', () => {
  it('is pinned to one version', () => {
    const loose = Object.entries(wanted()).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });

  it('is explained in CONTRIBUTING.md, which explains no others', () => {
    expect(explained().sort()).toEqual(Object.keys(wanted()).sort());
  });

  it('is in `dependencies` if a function, the page or the command line imports it', async () => {
    const imported = (await Promise.all(['functions', 'ui', 'cli'].map(importedBy))).flat();
    expect(imported).toContain('preact');
    expect(imported.filter((name) => !(name in manifest.dependencies))).toEqual([]);
    expect(Object.keys(manifest.dependencies).filter((name) => !imported.includes(name))).toEqual([]);
  });

  it('comes from the registry only, with its hash', () => {
    expect(locked.filter(([, { integrity }]) => !integrity?.startsWith('sha512-'))).toEqual([]);
    expect(locked.filter(([, { resolved = 'https://' }]) => !resolved.startsWith('https://'))).toEqual([]);
  });

  it('has no install script, except a few tools', () => {
    const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript);
    const names = running.map(([path]) => path.split('node_modules/').at(-1));
    expect(names.sort()).toEqual(INSTALL_SCRIPTS);
    expect(running.filter(([, { dev }]) => !dev)).toEqual([]);
  });

  it('adds few others to what is deployed', () => {
    const deployed = locked.filter(([, { dev, optional }]) => !dev && !optional);
    expect(deployed.length).toBeLessThanOrEqual(MOST_DEPLOYED);
  });
});

it('CI runs the audit before the tests', async () => {
  const steps = await readFile(join(ROOT, '.ci', 'run'), 'utf8');
  expect(steps).toMatch(/^npm run audit$[\s\S]*^npm test$[\s\S]*^npm run test:deep$/m);
});
