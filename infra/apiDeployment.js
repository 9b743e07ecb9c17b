/**
 * The deployment of the API: a snapshot that CloudFormation takes once and never again. Its name is a hash of what the
 * snapshot is taken of, so a changed API gets a new one. osls loads this file, and it loads no TypeScript.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const SETTINGS = ['endpointType', 'vpcEndpointId'];

/** The name of the deployment in the template, for the stage to refer to. */
export async function logicalId({ resolveVariable }) {
  const definition = await readFile(new URL('./api.yml', import.meta.url), 'utf8');
  const settings = await Promise.all(SETTINGS.map((name) => resolveVariable(`param:${name}`)));
  const hash = createHash('sha256')
    .update(JSON.stringify([definition, settings]))
    .digest('hex');
  return `ApiDeployment${hash.slice(0, 12)}`;
}

/** The part of the template with the deployment in it. */
export async function fragment(osls) {
  const Properties = { RestApiId: { Ref: 'Api' } };
  return { Resources: { [await logicalId(osls)]: { Type: 'AWS::ApiGateway::Deployment', Properties } } };
}
