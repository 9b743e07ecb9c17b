/** The value of a key in a map, which is made if it is absent. */
export function getOrPut<K, T>(map: Map<K, T>, key: K, make: () => T): T {
  const present = map.get(key);
  if (present !== undefined) return present;
  const made = make();
  map.set(key, made);
  return made;
}
