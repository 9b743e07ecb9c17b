/** Words as a shell reads them, for commands to copy. */

/** The word itself, or in quotes if a shell would change it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
