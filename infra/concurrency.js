/**
 * The reserved concurrency of functions, if the deployment sets one. A condition in the template cannot express it: its
 * other branch would contain "none", and CloudFormation requires a number there even if the branch is not used. osls
 * loads this file and cannot load TypeScript.
 */

export const status = (osls) => bound(osls, 'statusConcurrency');

export const bootstrap = (osls) => bound(osls, 'bootstrapConcurrency');

/** Only for a stack that has something to do there: what is reserved is lost for all other functions of the account. */
export async function clusterStep(osls) {
  const address = await osls.resolveVariable('param:clusterAddress');
  return address === 'none' ? NONE : bound(osls, 'clusterStepConcurrency');
}

const NONE = { Ref: 'AWS::NoValue' };

async function bound({ resolveVariable }, parameter) {
  const most = await resolveVariable(`param:${parameter}`);
  return most === 'none' ? NONE : Number(most);
}
