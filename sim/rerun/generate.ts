// Makes programs, inputs and edits from a seed.

import { seededRandom } from "../../src/base/random.ts";
import type { AgentSpec, Data, Expression, Gate, Input, Program, Statement, Work } from "./program.ts";

/** What is done to a finished run. */
export interface Edit {
  readonly what: string;
  readonly program: Program;
  readonly input: Input;
  /** Steps named to be done again: the last names of their paths. */
  readonly redo: readonly (readonly string[])[];
  readonly set: readonly { readonly path: readonly string[]; readonly value: Data }[];
}

/** Statements of one body. */
const bodyLimit = 4;
/** Nesting of bodies. */
const depthLimit = 3;

/** Random choices of one case. */
export class Draw {
  readonly #random: () => number;

  constructor(seed: string) {
    this.#random = seededRandom(seed);
  }

  below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  chance(part: number): boolean {
    return this.#random() < part;
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!;
  }
}

/** Makes programs. Names come from a small pool, so that equal names and equal inputs meet. */
export class Generator {
  readonly #draw: Draw;
  #values = 0;
  #versions = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  program(): Program {
    const known: string[] = [];
    return { body: this.#body(known, 0, 2 + this.#draw.below(bodyLimit)) };
  }

  input(): Input {
    const draw = this.#draw;
    const ids = ["i", "j", "k", "l"].slice(0, draw.below(5));
    return {
      a: draw.below(5),
      b: draw.below(5),
      list: Array.from({ length: draw.below(5) }, () => draw.below(3)),
      items: ids.map((id) => ({ id, n: draw.below(4), s: draw.of(["x", "y"]) })),
    };
  }

  /** A version that no other work has. */
  version(): string {
    this.#versions += 1;
    return `v${this.#versions}`;
  }

  body(known: readonly string[], length: number): readonly Statement[] {
    return this.#body([...known], depthLimit, length);
  }

  #body(known: string[], depth: number, length: number): readonly Statement[] {
    return Array.from({ length }, () => this.#statement(known, depth));
  }

  #out(known: string[]): string {
    this.#values += 1;
    const name = `x${this.#values}`;
    known.push(name);
    return name;
  }

  #name(): string {
    return `s${this.#draw.below(6)}`;
  }

  #statement(known: string[], depth: number): Statement {
    const draw = this.#draw;
    const drawn = draw.below(depth >= depthLimit ? 50 : 100);
    if (drawn < 30) return this.#step(known);
    if (drawn < 38) return this.#each(known);
    if (drawn < 44) return this.#agent(known);
    if (drawn < 50) return this.#race(known);
    const inner = (more: readonly string[] = []): readonly Statement[] =>
      this.#body([...known, ...more], depth + 1, 1 + draw.below(3));
    if (drawn < 60) {
      const when = this.#scalar(known);
      return { kind: "if", when, yes: inner(), no: draw.chance(0.4) ? [] : inner() };
    }
    if (drawn < 70) {
      const lanes = draw.of([1, 2, 1_000]);
      return { kind: "map", name: this.#name(), lanes, body: inner(["item"]), out: this.#out(known) };
    }
    if (drawn < 76) return { kind: "branch", name: this.#name(), body: inner(), out: this.#out(known) };
    if (drawn < 83) {
      const input = this.#expression(known);
      const version = this.version();
      return { kind: "nested", name: this.#name(), input, version, body: inner(), out: this.#out(known) };
    }
    if (drawn < 93) {
      const branches = Array.from({ length: 2 + draw.below(2) }, () => inner());
      return { kind: "all", branches };
    }
    const racing = ["p", "q", "r"].slice(0, 2 + draw.below(2));
    const branches = Object.fromEntries(racing.map((it) => [it, inner().map(uncaught)]));
    const n = 1 + draw.below(2);
    return { kind: "first", name: this.#name(), n, branches, out: this.#out(known) };
  }

  #step(known: string[]): Statement {
    const draw = this.#draw;
    const gate = draw.chance(0.15) ? { gate: this.gate() } : {};
    const work = this.#work(known, gate.gate === undefined);
    const input = this.#expression(known);
    return { kind: "step", name: this.#name(), input, work, out: this.#out(known), ...gate };
  }

  #each(known: string[]): Statement {
    const list = this.#draw.chance(0.7) || known.length === 0 ? "list" : this.#draw.of(known);
    const work = this.#work(known, false);
    const together = this.#draw.chance(0.4);
    return { kind: "each", name: this.#name(), list, work, together, out: this.#out(known) };
  }

  #race(known: string[]): Statement {
    const steps = [1, 2].map(() => ({
      name: this.#name(),
      input: this.#expression(known),
      work: this.#work(known, false),
    }));
    return { kind: "race", steps, out: this.#out(known) };
  }

  #agent(known: string[]): Statement {
    const draw = this.#draw;
    const agent: AgentSpec = {
      name: `agent${draw.below(3)}`,
      prompt: this.version(),
      range: 2 + draw.below(3),
      retries: draw.below(3),
      turns: draw.below(3),
      ...(draw.chance(0.4) ? { tool: { name: "look", version: this.version() } } : {}),
      ...(draw.chance(0.7) ? { gate: this.gate() } : {}),
      ...(draw.chance(0.2) ? { outside: true } : {}),
    };
    return { kind: "agent", agent, input: this.#expression(known), out: this.#out(known) };
  }

  gate(): Gate {
    const of = 2 + this.#draw.below(3);
    return { version: this.version(), of, not: this.#draw.below(of) };
  }

  #work(known: readonly string[], mayFail: boolean): Work {
    const draw = this.#draw;
    const captures = draw.chance(0.2) && known.length > 0 ? [draw.of(known)] : [];
    return {
      version: this.version(),
      range: draw.of([1, 2, 2, 4]),
      captures,
      turns: draw.below(4),
      ...(captures.length === 0 && draw.chance(0.15) ? { outside: true } : {}),
      ...(mayFail && draw.chance(0.2) ? { fails: draw.of(["some", "once"] as const) } : {}),
    };
  }

  #scalar(known: readonly string[]): Expression {
    const draw = this.#draw;
    if (known.length === 0 || draw.chance(0.35)) return { kind: "input", member: draw.of(["a", "b"]) };
    return { kind: "value", of: draw.of(known), member: draw.of(["n", "s"]) };
  }

  #expression(known: readonly string[]): Expression {
    const draw = this.#draw;
    const drawn = draw.below(10);
    if (drawn < 2) return { kind: "constant", value: draw.below(2) };
    if (drawn < 4) return this.#scalar(known);
    if (drawn < 6 && known.length > 0) return { kind: "value", of: draw.of(known) };
    if (drawn < 8) return { kind: "template", parts: [this.#scalar(known), this.#scalar(known)] };
    const spread = known.length > 0 && draw.chance(0.6) ? { spread: draw.of(known) } : {};
    return { kind: "object", ...spread, members: [["m", this.#scalar(known)]] };
  }
}

/** In a branch of several a failure ends the branch. */
function uncaught(it: Statement): Statement {
  return it.kind === "step" ? { ...it, uncaught: true } : it;
}
