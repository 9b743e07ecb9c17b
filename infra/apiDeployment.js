/**
 * The deployment of the API: a snapshot that CloudFormation creates once and never updates. Its name contains a hash of
 * the API's definition, so a changed API gets a new deployment. osls loads this file and cannot load TypeScript.
 */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

const SETTINGS = ['endpointType', 'vpcEndpointId'];

/** The logical id of the deployment in the template; the stage refers to it. */
export async function logicalId({ resolveVariable }) {
  const definition = await readFile(new URL('./api.yml', import.meta.url), 'utf8');
  const settings = await Promise.all(SETTINGS.map((name) => resolveVariable(`param:${name}`)));
  const hash = createHash('sha256')
    .update(JSON.stringify([definition, settings]))
    .digest('hex');
  return `ApiDeployment${hash.slice(0, 12)}`;
}

/** The part of the template that contains the deployment. */
export async function fragment(osls) {
  const Properties = { RestApiId: { Ref: 'Api' } };
  return { Resources: { [await logicalId(osls)]: { Type: 'AWS::ApiGateway::Deployment', Properties } } };
}
