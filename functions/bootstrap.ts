/** Lambda: creates the first root token. Only people whom IAM allows to can invoke it (architecture §8). */

import { type BootstrapOrder, type Bootstrapped, bootstrap } from './credentials/bootstrap.ts';
import { depsFromEnvironment } from './deps.ts';
import { discreetly } from './lambda/discreetly.ts';

const deps = depsFromEnvironment();

export const handler = discreetly(
  (order: BootstrapOrder | null): Promise<Bootstrapped> => bootstrap(deps, order ?? {}),
);
