/** A line of the tables of commands, as it would be typed in a shell. Pure. */

export interface Command {
  /** The line itself: it names the command in the list of differences. */
  line: string;
  /** Variables for this command alone, such as `BAO_TOKEN=…` before it. */
  environment: Record<string, string>;
  args: string[];
  /** What follows `<`. */
  input: string;
  /** What follows `>`: the name under which later lines get the output, as `$name`. */
  keep?: string;
}

/** A quoted part has no quotes in it; what is not quoted has no spaces. */
const WORD = /(?:'[^']*'|[^\s'])+/g;
const ASSIGNMENT = /^([A-Z_]+)=(.*)$/;

export function commandsOf(table: string): Command[] {
  return table
    .split('\n')
    .filter((line) => line !== '')
    .map(commandOf);
}

function commandOf(line: string): Command {
  const command: Command = { line, environment: {}, args: [], input: '' };
  const words = line.match(WORD) ?? [];
  for (const [at, word] of words.entries()) {
    const text = word.replaceAll("'", '');
    const [, name, value = ''] = ASSIGNMENT.exec(text) ?? [];
    if (words[at - 1] === '<') command.input = text;
    else if (words[at - 1] === '>') command.keep = text;
    else if (name && command.args.length === 0) command.environment[name] = value;
    else if (word !== '<' && word !== '>') command.args.push(text);
  }
  return command;
}
