// Whole-number expressions with names: + - * /, brackets and signs. A small recursive descent; nothing
// of the text is ever run.

/** Values of names. */
export type Names = ReadonlyMap<string, number>;

/** Most characters of one expression. */
const lengthLimit = 2_000;

/** The value of an expression; undefined when it is none, or holds a name without a value. */
export function evaluate(source: string, names: Names = new Map()): number | undefined {
  if (source.length > lengthLimit) return undefined;
  const tokens = source.match(/\d+(?:\.\d+)?|[A-Za-z]+|[^\s]/g) ?? [];
  const reader = new Reader(tokens, names);
  const value = reader.sum();
  return value !== undefined && reader.atEnd && Number.isFinite(value) ? value : undefined;
}

class Reader {
  readonly #tokens: readonly string[];
  readonly #names: Names;
  #at = 0;

  constructor(tokens: readonly string[], names: Names) {
    this.#tokens = tokens;
    this.#names = names;
  }

  get atEnd(): boolean {
    return this.#at === this.#tokens.length;
  }

  sum(): number | undefined {
    let value = this.#product();
    while (value !== undefined && (this.#next("+") || this.#next("-"))) {
      const minus = this.#tokens[this.#at - 1] === "-";
      const right = this.#product();
      if (right === undefined) return undefined;
      value = minus ? value - right : value + right;
    }
    return value;
  }

  #product(): number | undefined {
    let value = this.#signed();
    while (value !== undefined && (this.#next("*") || this.#next("/"))) {
      const divides = this.#tokens[this.#at - 1] === "/";
      const right = this.#signed();
      if (right === undefined) return undefined;
      value = divides ? value / right : value * right;
    }
    // -0 and 0 are one number to everybody who writes one down.
    return value === 0 ? 0 : value;
  }

  #signed(): number | undefined {
    if (this.#next("-")) {
      const value = this.#signed();
      return value === undefined ? undefined : -value;
    }
    if (this.#next("+")) return this.#signed();
    if (!this.#next("(")) return this.#atom();
    const value = this.sum();
    return this.#next(")") ? value : undefined;
  }

  #atom(): number | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined) return undefined;
    this.#at += 1;
    return /^\d/.test(token) ? Number(token) : this.#names.get(token);
  }

  #next(token: string): boolean {
    if (this.#tokens[this.#at] !== token) return false;
    this.#at += 1;
    return true;
  }
}
