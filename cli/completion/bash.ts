/** The script with which bash completes command lines. */

import { allFlags, type Flag, firstWords, groupsOf, type Values, type Vocabulary } from './vocabulary.ts';

export function bashScript(vocabulary: Vocabulary): string {
  const flags = allFlags(vocabulary);
  const valued = flags.filter(({ values }) => values !== undefined);
  const names = (of: readonly { name: string }[]) => of.map(({ name }) => name).join(' ');
  const groups = [...groupsOf(vocabulary)];
  return `# Completes the command remount in bash. To load it: source <(remount completion bash)
_remount() {
  local cur=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command= word i
  COMPREPLY=()
  # What comes before the cursor: the command, without options and their values.
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    case $word in
      ${valued.map(({ name }) => name).join(' | ')}) ((i++)) ;;
      -*) ;;
      *)
        case $command in
          '') command=$word ;;
          ${groups.map(([group]) => group).join(' | ')}) command="$command $word" ;;
        esac
        ;;
    esac
  done
  case $previous in
${valuedBy(valued)
  .map(([reply, of]) => `    ${of.map(({ name }) => name).join(' | ')}) ${reply}return ;;`)
  .join('\n')}
  esac
  if [[ $cur == -* ]]; then
    case $command in
${vocabulary.verbs.map(({ name, flags: own }) => `      '${name}') ${words(names(own))} ;;`).join('\n')}
      *) ${words(names(vocabulary.common))} ;;
    esac
    return
  fi
  case $command in
    '') ${words([...firstWords(vocabulary), 'help', 'completion'].join(' '))} ;;
    help) ${words(firstWords(vocabulary).join(' '))} ;;
    completion) ${words('bash zsh fish')} ;;
${groups.map(([group, verbs]) => `    ${group}) ${words(verbs.join(' '))} ;;`).join('\n')}
    ${vocabulary.verbs
      .filter(({ takesFiles }) => takesFiles)
      .map(({ name }) => `'${name}'`)
      .join(' | ')}) ${FILES} ;;
  esac
}
complete -F _remount remount
`;
}

/** The options that take values, by what completes these. */
function valuedBy(flags: readonly Flag[]): [string, Flag[]][] {
  const replies = new Set(flags.map(({ values }) => replyOf(values)));
  return [...replies].map((reply) => [reply, flags.filter(({ values }) => replyOf(values) === reply)]);
}

function replyOf(values: Values | undefined): string {
  if (values === 'file') return `${FILES}; `;
  return typeof values === 'object' ? `${words(values.join(' '))}; ` : '';
}

/** Names of files may contain spaces, and folders get a slash. */
const FILES = 'compopt -o filenames 2> /dev/null; mapfile -t COMPREPLY < <(compgen -f -- "$cur")';

function words(list: string): string {
  return `COMPREPLY=($(compgen -W '${list}' -- "$cur"))`;
}
