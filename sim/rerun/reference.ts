// The reference: executes a program from scratch, with answers delivered in the
// order a run's journal shows, and says what each step must have given and which
// old record could have stood for it. It shares no code with the runtime: what a
// step is, when it answers and what a work may have read is written here again,
// as simply as it can be.
//
//   X1. A record may stand for a step of the same names, kind, input and work; once.
//   X2. Not for a step that is to be done again, nor for what is below one (tool results stay).
//   X3. A work that captures counts as reading all that was delivered before it was issued, in that order:
//       its record may stand only where the same was delivered before.

import { canonical, sha } from "../../src/base/values.ts";
import type { AnyEvent, JournalEvent } from "../../src/journal/events.ts";
import { type Data, execute, type Input, type Program, stable } from "./program.ts";
import { type Answers, Failed, RefSteps } from "./reference-steps.ts";

type Ended = JournalEvent<"step.completed"> | JournalEvent<"step.failed">;

/** A record that may stand for a step of a later run. */
export interface Kept {
  readonly class: string;
  readonly epoch: number;
}

/** A leaf step that the program asked for. */
export interface Asked {
  readonly path: readonly string[];
  readonly kind: string;
  /** Steps of one class can stand for each other. */
  class: string;
  /** The same, without what a work that captures may have read. */
  readonly alike: string;
  readonly captures: boolean;
  /** Sequence of the last delivery before it was asked for. */
  readonly may: number;
  /** A function around it may have begun later than it was asked for. */
  readonly isWithinFunction: boolean;
  /** How the ledger names its work. */
  readonly ledger: string;
  readonly redone: boolean;
  readonly given: boolean;
  /** Its record in this run, when it has one. */
  seq?: number;
  reused?: number;
  failed?: boolean;
}

export interface Told {
  readonly redo: readonly (readonly string[])[];
  readonly set: readonly { readonly path: readonly string[]; readonly value: Data }[];
}

export interface Referred {
  readonly problems: readonly string[];
  readonly output: Data | undefined;
  readonly failed: boolean;
  readonly asked: readonly Asked[];
  /** Paths of functions that open steps: each is entered again by every rerun. */
  readonly entered: readonly (readonly string[])[];
  /** By sequence in this run. */
  readonly kept: ReadonlyMap<number, Kept>;
}

export interface ReferenceSpec extends Told {
  readonly program: Program;
  readonly input: Input;
  /** All events of the run. */
  readonly events: readonly AnyEvent[];
  readonly epoch: number;
  /** Records of the run before, when this is a rerun. */
  readonly old?: ReadonlyMap<number, Kept>;
}

/** How a piece of work ends. */
type End = { readonly ok: true; readonly value: Data } | { readonly ok: false; readonly message: string };

interface Pending {
  readonly path: readonly string[];
  readonly kind: string;
  readonly scope: RefScope;
  readonly asked?: Asked;
  /** A leaf: what it gives, made in an epoch. */
  readonly make?: (epoch: number) => Data;
  /** A composite step: how its body ended. */
  end?: End;
  readonly set?: Data;
  /** False for records that hold more than what was made. */
  readonly compare: boolean;
  readonly resolve: (it: Data) => void;
  readonly reject: (it: Error) => void;
}

class RefScope {
  readonly path: string;
  readonly names: readonly string[];
  readonly parent: RefScope | undefined;
  /** True below a step whose function opens steps. */
  readonly isWithinFunction: boolean;
  #state: "open" | "ended" = "open";
  readonly issued = new Map<string, number>();

  constructor(path: string, names: readonly string[], parent?: RefScope, isFunction = false) {
    this.isWithinFunction = isFunction || (parent?.isWithinFunction ?? false);
    this.path = path;
    this.names = names;
    this.parent = parent;
  }

  get isOpen(): boolean {
    return this.#state === "open" && (this.parent?.isOpen ?? true);
  }

  end(): void {
    this.#state = "ended";
  }
}

const rest = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const ignore = (): void => undefined;

/** Kinds whose input the reference does not know to the letter: one of a name is open in a scope at a time. */
const loose: ReadonlySet<string> = new Set(["attempt", "model", "check"]);

export async function refer(spec: ReferenceSpec): Promise<Referred> {
  return new Reference(spec).run();
}

class Reference implements Answers<RefScope> {
  readonly #spec: ReferenceSpec;
  readonly #pending = new Map<string, Pending>();
  readonly #problems: string[] = [];
  readonly #asked: Asked[] = [];
  readonly #entered: (readonly string[])[] = [];
  readonly #kept = new Map<number, Kept>();
  readonly #used = new Set<number>();
  /** All that was delivered so far, in order. */
  #before: string;
  /** The same, by the sequence of each delivery. */
  readonly #history = new Map<number, string>();
  #delivered = 1;

  constructor(spec: ReferenceSpec) {
    this.#spec = spec;
    this.#before = sha(stable(spec.input as unknown as Data));
    this.#history.set(1, this.#before);
  }

  async run(): Promise<Referred> {
    let main: End | undefined;
    const steps = new RefSteps(this, new RefScope("", []));
    execute(this.#spec.program, this.#spec.input, steps).then(
      (value) => (main = { ok: true, value }),
      (error: Error) => (main = { ok: false, message: error.message }),
    );
    const ended = this.#spec.events.filter(
      (it): it is Ended => it.kind === "step.completed" || it.kind === "step.failed",
    );
    for (const event of ended) {
      await rest();
      this.#deliver(event);
    }
    await rest();
    const end = main as End | undefined;
    if (end === undefined) this.#problems.push("the journal ends before the program does");
    return {
      problems: this.#problems,
      output: end?.ok ? end.value : undefined,
      failed: end?.ok === false,
      asked: this.#asked,
      entered: this.#entered,
      kept: this.#kept,
    };
  }

  // ---- Asking for steps ------------------------------------------------------------

  leaf(scope: RefScope, it: Parameters<Answers<RefScope>["leaf"]>[1]): Promise<Data> {
    if (!scope.isOpen) return new Promise(ignore);
    const path = [...scope.names, it.name];
    const set = this.#setFor(path);
    const alike = `${path.join(" › ")} ${it.kind} ${stable(it.detail)}`;
    const asked: Asked = {
      path,
      kind: it.kind,
      class: it.captures ? `${alike} after ${this.#before}` : alike,
      alike,
      captures: it.captures === true,
      may: this.#delivered,
      isWithinFunction: scope.isWithinFunction,
      ledger: it.ledger,
      redone: this.#isRedone(path, it.kind),
      given: set !== undefined,
    };
    this.#asked.push(asked);
    const more = { asked, make: it.make, compare: it.kind === "function" };
    return this.#open(scope, it.kind, it.name, hashOf(it.input), set === undefined ? more : { ...more, set });
  }

  composite(
    scope: RefScope,
    kind: string,
    name: string,
    input: Data | undefined,
    body: (scope: RefScope) => Promise<Data>,
  ): Promise<Data> {
    if (!scope.isOpen) return new Promise(ignore);
    const inHash = input === undefined ? "" : hashOf(input);
    const path = [...scope.names, name];
    const set = kind === "nested" ? this.#setFor(path) : undefined;
    const recorded = kind === "nested" ? "function" : kind;
    if (set !== undefined)
      return this.#open(scope, recorded, name, inHash, { set, make: () => set, compare: true });
    if (kind === "nested") this.#entered.push(path);
    const n = this.#count(scope, recorded, name, inHash);
    const inner = new RefScope(
      childPath(scope.path, recorded, name, inHash, n),
      path,
      scope,
      kind === "nested",
    );
    const answer = this.#openAs(scope, recorded, name, inHash, n, { compare: kind !== "attempt" });
    body(inner).then(
      (value) => this.#end(answer.pending, inner, { ok: true, value }),
      (error: Error) => this.#end(answer.pending, inner, { ok: false, message: error.message }),
    );
    return answer.promise;
  }

  #end(pending: Pending, scope: RefScope, end: End): void {
    pending.end = end;
    scope.end();
  }

  #count(scope: RefScope, kind: string, name: string, inHash: string): number {
    const equal = `${kind}\n${name}\n${loose.has(kind) ? "*" : inHash}`;
    const n = scope.issued.get(equal) ?? 0;
    scope.issued.set(equal, n + 1);
    return n;
  }

  #open(
    scope: RefScope,
    kind: string,
    name: string,
    inHash: string,
    it: Pick<Pending, "asked" | "make" | "set" | "compare">,
  ): Promise<Data> {
    return this.#openAs(scope, kind, name, inHash, this.#count(scope, kind, name, inHash), it).promise;
  }

  #openAs(
    scope: RefScope,
    kind: string,
    name: string,
    inHash: string,
    n: number,
    it: Pick<Pending, "asked" | "make" | "set" | "compare">,
  ): { readonly promise: Promise<Data>; readonly pending: Pending } {
    let pending: Pending | undefined;
    const promise = new Promise<Data>((resolve, reject) => {
      pending = { ...it, path: [...scope.names, name], kind, scope, resolve, reject };
    });
    promise.catch(ignore);
    this.#pending.set(keyOf(scope.path, kind, name, inHash, n), pending!);
    return { promise, pending: pending! };
  }

  // ---- Delivering -------------------------------------------------------------------

  #deliver(event: Ended): void {
    const { kind, name, scope, n = 0 } = event.data;
    const key = keyOf(scopeOf(scope), kind, name, event.data.in, n);
    const pending = this.#pending.get(key);
    if (pending === undefined) {
      this.#problems.push(`${event.seq}: nobody asked for ${key.replaceAll("\n", " ")}`);
      return;
    }
    this.#pending.delete(key);
    const end = this.#endOf(pending, event);
    if (end === undefined) {
      this.#problems.push(`${event.seq}: ${pending.path.join(" › ")} is recorded before it ended`);
      return;
    }
    this.#compare(pending, event, end);
    if (pending.asked !== undefined) this.#note(pending.asked, event);
    // Left by whoever asked for it: the record stands, and tells nobody.
    if (!pending.scope.isOpen) return;
    this.#before = sha(`${this.#before}\n${pending.path.join(" › ")} ${kind} ${stable(end as never)}`);
    this.#history.set(event.seq, this.#before);
    this.#delivered = event.seq;
    if (end.ok) pending.resolve(end.value);
    else pending.reject(new Failed(end.message));
  }

  #endOf(pending: Pending, event: Ended): End | undefined {
    if (pending.set !== undefined) return { ok: true, value: pending.set };
    if (pending.make === undefined) return pending.end;
    const reused = event.kind === "step.completed" ? event.data.reused : undefined;
    const epoch = reused === undefined ? this.#spec.epoch : this.#spec.old?.get(reused)?.epoch;
    try {
      return { ok: true, value: pending.make(epoch ?? this.#spec.epoch) };
    } catch (error) {
      return { ok: false, message: (error as Error).message };
    }
  }

  #compare(pending: Pending, event: Ended, end: End): void {
    const path = pending.path.join(" › ");
    const is = event.kind === "step.completed";
    if (end.ok !== is) {
      const what = end.ok ? "must have given a value" : `must have failed (${end.message})`;
      this.#problems.push(`${event.seq}: ${path} ${what}`);
    } else if (end.ok && is && pending.compare && event.data.hash !== hashOf(end.value)) {
      const given = JSON.stringify(event.data.out);
      this.#problems.push(`${event.seq}: ${path} gave ${given} and from scratch ${stable(end.value)}`);
    }
  }

  #note(asked: Asked, event: Ended): void {
    asked.seq = event.seq;
    this.#place(asked, event);
    if (event.kind === "step.failed") {
      asked.failed = true;
      return;
    }
    const { reused, given } = event.data;
    const path = asked.path.join(" › ");
    if ((given === true) !== asked.given) this.#problems.push(`${event.seq}: ${path} given: ${given}`);
    const old = reused === undefined ? undefined : this.#spec.old?.get(reused);
    if (!asked.given)
      this.#kept.set(event.seq, { class: asked.class, epoch: old?.epoch ?? this.#spec.epoch });
    if (reused === undefined) return;
    asked.reused = reused;
    if (old === undefined) this.#problems.push(`${event.seq}: ${path} takes over what is no record`);
    else if (old.class !== asked.class)
      this.#problems.push(`${event.seq}: ${path} takes over ${old.class} for ${asked.class}`);
    if (asked.redone) this.#problems.push(`${event.seq}: ${path} was to be done again`);
    if (this.#used.has(reused)) this.#problems.push(`${event.seq}: ${path} takes over ${reused} once more`);
    this.#used.add(reused);
  }

  /** The journal says when a step inside a function was asked for; any other's time the reference knows itself. */
  #place(asked: Asked, { seq, data }: Ended): void {
    if (data.may < asked.may || (data.may !== asked.may && !asked.isWithinFunction))
      this.#problems.push(
        `${seq}: ${asked.path.join(" › ")} may have read up to ${data.may}, not ${asked.may}`,
      );
    else if (asked.captures) asked.class = `${asked.alike} after ${this.#history.get(data.may)}`;
  }

  // ---- What a rerun is told -----------------------------------------------------------

  setFor(path: readonly string[]): Data | undefined {
    return this.#setFor(path);
  }

  #setFor(path: readonly string[]): Data | undefined {
    return this.#spec.set.find((it) => endsWith(path, it.path))?.value;
  }

  #isRedone(path: readonly string[], kind: string): boolean {
    return this.#spec.redo.some(
      (it) =>
        endsWith(path, it) ||
        (kind !== "tool" && path.some((_, end) => end > 0 && endsWith(path.slice(0, end), it))),
    );
  }
}

function endsWith(path: readonly string[], tail: readonly string[]): boolean {
  return (
    tail.length <= path.length && tail.every((name, at) => path[path.length - tail.length + at] === name)
  );
}

function hashOf(it: Data): string {
  return canonical(it).hash;
}

function keyOf(scope: string, kind: string, name: string, inHash: string, n: number): string {
  return [scope, kind, name, ...(loose.has(kind) ? ["*", kind === "model" ? "*" : n] : [inHash, n])].join(
    "\n",
  );
}

function childPath(scope: string, kind: string, name: string, inHash: string, n: number): string {
  const own = encodeURIComponent(name).replaceAll("~", "%7E");
  if (kind === "attempt") return `${scope}/${own}~*`;
  return `${scope}/${own}~${sha(inHash).slice(0, 10)}${n > 0 ? `~${n}` : ""}`;
}

/** A scope of the journal, without what the reference does not know of it. */
function scopeOf(scope: string): string {
  return scope.replaceAll(/\/attempt%20(\d+)~[0-9a-f]+/g, "/attempt%20$1~*");
}
