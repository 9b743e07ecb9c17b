/** The script with which zsh completes command lines, with a description of each word. */

import { groupsOf, groupsOnly, inQuotes, type Values, type Verb, type Vocabulary } from './vocabulary.ts';

export function zshScript(vocabulary: Vocabulary): string {
  const groups = [...groupsOf(vocabulary)];
  const isGroup = (word: string) => groups.some(([group]) => group === word);
  const first = vocabulary.verbs.filter(({ name }) => !name.includes(' '));
  const words = [
    ...first.map(({ name, summary }) => described(name, summary)),
    ...groupsOnly(vocabulary).map((group) => described(group, `Commands: ${group} …`)),
    described('help', 'Prints the help.'),
    described('completion', 'Prints a script for a shell.'),
  ];
  return `# Completes the command remount in zsh. To load it: source <(remount completion zsh)
_remount() {
  local curcontext=$curcontext state line
  local -a commands
  _arguments -C '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      commands=(${words.join(' ')})
      _describe command commands
      ;;
    rest)
      case $words[1] in
        completion) _values shell bash zsh fish ;;
        help) _values command ${first.map(({ name }) => name).join(' ')} ;;
${first
  .filter(({ name }) => !isGroup(name))
  .map((verb) => `        ${verb.name}) ${argumentsOf(verb)} ;;`)
  .join('\n')}
${groups.map(([group]) => `        ${group}) _remount_${group} ;;`).join('\n')}
      esac
      ;;
  esac
}
${groups.map(([group]) => groupFunction(group, vocabulary)).join('\n')}
(( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
compdef _remount remount
`;
}

function groupFunction(group: string, { verbs }: Vocabulary): string {
  const own = verbs
    .filter(({ name }) => name.startsWith(`${group} `))
    .map((verb) => ({ ...verb, word: verb.name.slice(group.length + 1) }));
  return `_remount_${group}() {
  local curcontext=$curcontext state line
  local -a commands
  _arguments -C '1: :->command' '*:: :->rest' && return
  case $state in
    command)
      commands=(${own.map(({ word, summary }) => described(word, summary)).join(' ')})
      _describe command commands
      ;;
    rest)
      case $words[1] in
${own.map((verb) => `        ${verb.word}) ${argumentsOf(verb)} ;;`).join('\n')}
      esac
      ;;
  esac
}`;
}

function argumentsOf({ flags, takesFiles }: Verb): string {
  const specs = flags.map(({ name, help, values }) => {
    return inQuotes(`*${name}[${plain(help)}]${values === undefined ? '' : `: :${actionOf(values)}`}`);
  });
  return `_arguments ${[...specs, takesFiles ? "'*: :_files'" : ''].filter(Boolean).join(' ')}`;
}

function actionOf(values: Values): string {
  if (values === 'file') return '_files';
  return values === 'any' ? ' ' : `(${values.join(' ')})`;
}

function described(word: string, text: string): string {
  return inQuotes(`${word}:${plain(text)}`);
}

/** Without the characters that have a meaning in descriptions. */
function plain(text: string): string {
  return text.replaceAll(':', ',').replaceAll('[', '(').replaceAll(']', ')');
}
