/**
 * The vocabulary in which a row of the route table describes its fields and answers (contract §2.1), and the types of
 * it.
 */

interface TypeOf {
  string: string;
  bool: boolean;
  int: number;
  /** Whole seconds. */
  duration: number;
  /** In a request a JSON array, or a comma-separated string; in an answer always the array. */
  list: string[];
  /** In a request a JSON array, or one string that is not split; in an answer always the array. */
  texts: string[];
  /** As a list, of whole numbers. */
  ints: number[];
  map: Record<string, unknown>;
  /** An object whose values are strings. */
  pairs: Record<string, string>;
  any: unknown;
}

export type FieldType = keyof TypeOf;

/** How a handler reads the values of a field beyond their type (contract §5.3). Nothing here throws. */
export interface Meaning {
  /** Other ways to write a text, or a text in a list, of which two texts that mean the same share one. */
  spellings?: (text: string) => unknown[];
  /** The entries of a text that the handler splits. */
  entries?: (text: string) => string[];
  /** The fields in a map, or in the maps of a list; `*` is any other name. */
  members?: Readonly<Record<string, Field>>;
}

/** A field whose handler reads more than the type says. Policies judge its values by what they mean. */
export class Meant<Type extends FieldType> {
  readonly type: Type;
  readonly meaning: Meaning;

  constructor(type: Type, meaning: Meaning) {
    this.type = type;
    this.meaning = meaning;
  }
}

export type Field = FieldType | Meant<FieldType>;

/** A text without the spaces around it. */
export const TRIMMED = new Meant('string', { spellings: (text) => [text.trim()] });

export type ValueOf<F> = F extends FieldType ? TypeOf[F] : F extends Meant<infer Type> ? TypeOf[Type] : never;

export function typeOf(field: Field): FieldType {
  return field instanceof Meant ? field.type : field;
}

/**
 * An object names all of its keys: a key that ends in `?` may be missing, and `*` is any other key. In brackets, one
 * shape alone is an array of that shape; several shapes, or a shape and `null`, are a choice.
 */
export type Shape =
  | Field
  | readonly [Shape]
  | readonly [Shape, ...(Shape | null)[]]
  | { readonly [key: string]: Shape };

/** A string with one of these values: `'string' as OneOf<'on' | 'off'>`. Only the compiler knows the values. */
export type OneOf<Value extends string> = 'string' & { readonly oneOf: Value };

/**
 * The type that a shape describes: the answer as its builder returns it, and as a client reads it. It is `unknown`
 * where the compiler does not know the constant of the shape.
 */
export type Wire<S> = Shape extends S
  ? unknown
  : S extends OneOf<infer Value>
    ? Value
    : S extends Field
      ? ValueOf<S>
      : S extends null
        ? null
        : S extends readonly [infer Entry]
          ? Wire<Entry>[]
          : S extends readonly (infer Choice)[]
            ? Wire<Choice>
            : Named<S> & Optional<S> & Others<S> extends infer Whole
              ? { [Key in keyof Whole]: Whole[Key] }
              : never;

type Named<S> = { [Key in keyof S as Key extends '*' | `${string}?` ? never : Key]: Wire<S[Key]> };
type Optional<S> = { [Key in keyof S as Key extends `${infer Name}?` ? Name : never]?: Wire<S[Key]> };
type Others<S> = S extends { '*': infer Other } ? Record<string, Wire<Other>> : unknown;

/** The answer of a list that has names only. */
export const KEYS = { keys: 'list' } as const satisfies Shape;

export type Keys = Wire<typeof KEYS>;
