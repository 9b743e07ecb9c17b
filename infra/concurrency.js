/**
 * The reserved concurrency of functions, if the deployment sets one. A condition in the template cannot express it: its
 * other branch would contain "none", and CloudFormation requires a number there even if the branch is not used. osls
 * loads this file and cannot load TypeScript.
 */

export const status = (osls) => bound(osls, 'statusConcurrency');

export const bootstrap = (osls) => bound(osls, 'bootstrapConcurrency');

/**
 * Only for a stack that has something to do there: what is reserved is lost for all other functions of the account. It has
 * no default: a number fails the deployment in a small account, and "none" protects no cluster.
 * @throws Error if the stack has a cluster and no choice was made
 */
export async function clusterStep(osls) {
  const parameter = 'clusterStepConcurrency';
  if ((await osls.resolveVariable('param:clusterAddress')) === 'none') return NONE;
  if ((await osls.resolveVariable(`param:${parameter}`)) === 'unset')
    throw new Error(
      `${parameter} must be set with clusterAddress: 10 protects the cluster, "none" is for accounts that cannot reserve 10 instances`,
    );
  return bound(osls, parameter);
}

const NONE = { Ref: 'AWS::NoValue' };

async function bound({ resolveVariable }, parameter) {
  const most = await resolveVariable(`param:${parameter}`);
  return most === 'none' ? NONE : Number(most);
}
