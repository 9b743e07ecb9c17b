/**
 * The parameters of the deployment: the defaults in params.yml, and what stages/<stage>.yml says instead for its stage.
 * osls loads this file and cannot load TypeScript.
 */

/**
 * The parameters as osls expects them. Those under `default` are for every stage, and there may be a stage of that name, so
 * what is said for the stage is among them.
 * @throws Error for a name that is no parameter, in the file or in `--param`: its value would have no effect
 */
export async function params({ options, resolveVariable }) {
  const stage = await resolveVariable('sls:stage');
  const file = `stages/${stage}.yml`;
  const [defaults, chosen] = await Promise.all([
    resolveVariable('file(infra/params.yml)'),
    resolveVariable(`file(${file}), null`),
  ]);
  const given = (options.param ?? []).map((pair) => pair.split('=')[0]);
  refuseUnknown(given, '--param', defaults);
  refuseUnknown(Object.keys(chosen ?? {}), file, defaults);
  return { default: { ...defaults, ...chosen } };
}

function refuseUnknown(names, place, defaults) {
  const unknown = names.filter((name) => !(name in defaults));
  if (unknown.length > 0)
    throw new Error(`${place} names no parameter of infra/params.yml: ${unknown.join(', ')}`);
}
