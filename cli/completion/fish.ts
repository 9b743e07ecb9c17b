/** The script with which fish completes command lines. */

import { groupsOf, groupsOnly, inQuotes, type Values, type Vocabulary } from './vocabulary.ts';

export function fishScript(vocabulary: Vocabulary): string {
  const groups = [...groupsOf(vocabulary)];
  const isFirst = '__fish_use_subcommand';
  const lines = [
    '# Completes the command remount in fish. To load it: remount completion fish | source',
    'complete -c remount -f',
    ...vocabulary.common.map(({ name, help, values }) => flagLine(undefined, name, help, values)),
    wordLine(isFirst, 'help', 'Prints the help.'),
    wordLine(isFirst, 'completion', 'Prints a script for a shell.'),
    ...['bash', 'zsh', 'fish'].map((shell) => wordLine(seen('completion'), shell, `For ${shell}.`)),
    ...groupsOnly(vocabulary).map((group) => wordLine(isFirst, group, `Commands: ${group} …`)),
  ];
  const known = new Set(vocabulary.common.map(({ name }) => name));
  for (const { name, summary, flags, takesFiles } of vocabulary.verbs) {
    const [first = '', second] = name.split(' ');
    const where = second === undefined ? seen(first) : `${seen(first)}; and ${seen(second)}`;
    const siblings = groups.find(([group]) => group === first)?.[1] ?? [];
    lines.push(
      second === undefined
        ? wordLine(isFirst, first, summary)
        : wordLine(`${seen(first)}; and not ${seen(siblings.join(' '))}`, second, summary),
    );
    if (takesFiles) lines.push(`complete -c remount -n ${inQuotes(where)} -F`);
    for (const { name: flag, help, values } of flags)
      if (!known.has(flag)) lines.push(flagLine(where, flag, help, values));
  }
  return `${lines.join('\n')}\n`;
}

function seen(word: string): string {
  return `__fish_seen_subcommand_from ${word}`;
}

function wordLine(when: string, word: string, text: string): string {
  return `complete -c remount -n ${inQuotes(when)} -a ${word} -d ${inQuotes(text)}`;
}

function flagLine(when: string | undefined, name: string, help: string, values: Values | undefined): string {
  const condition = when === undefined ? '' : ` -n ${inQuotes(when)}`;
  return `complete -c remount${condition} -l ${name.slice(2)}${wordsOf(values)} -d ${inQuotes(help)}`;
}

function wordsOf(values: Values | undefined): string {
  if (values === undefined) return '';
  if (values === 'file') return ' -r -F';
  return values === 'any' ? ' -x' : ` -x -a ${inQuotes(values.join(' '))}`;
}
