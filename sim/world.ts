// What is outside the engine and outlives its crashes: the disk, the clock, a
// ledger of the work that was really done, and a receiver of effects. The
// ledger is what the invariants are checked against; the engine cannot see it.

import type { AnyEvent, JournalEvent } from "../src/journal/events.ts";
import { MemoryJournal } from "../src/journal/memory.ts";
import { scopeNames } from "../src/runtime/identity.ts";
import { FakeClock } from "./fake-clock.ts";

/** One thing that was really done. */
export interface Execution {
  readonly name: string;
  /** Process that did it: 1 for the first, one more after each crash. */
  readonly incarnation: number;
}

/** One effect as it arrived at the receiver. */
export interface Sent {
  readonly tool: string;
  readonly key: string;
  readonly args: string;
  readonly idempotencyKey: string;
  readonly incarnation: number;
  /** Whether its intent was durable when it arrived (E9). */
  readonly intended: boolean;
}

export class World {
  readonly clock: FakeClock = new FakeClock();
  readonly disk: MemoryJournal = new MemoryJournal({ now: this.clock.now });
  readonly executions: Execution[] = [];
  readonly sent: Sent[] = [];
  /** Work that was done although its outcome was recorded: E1 says there is none. */
  readonly repeats: string[] = [];
  /** How long a piece of work takes, in turns of the event loop. */
  delay: (name: string) => number = () => 0;
  incarnation = 0;
  #alive = false;
  readonly #recorded = new Set<string>();
  readonly #intents = new Set<string>();

  constructor() {
    this.disk.listen((events) => {
      for (const event of events) this.#note(event);
    });
  }

  /** A process starts. */
  boot(): void {
    this.incarnation += 1;
    this.#alive = true;
  }

  /** The process is dead: what it had begun goes nowhere. */
  kill(): void {
    this.#alive = false;
  }

  /** Does a piece of work, unless the process is dead. `name` is unique in its run. */
  async work<T>(name: string, make: () => T): Promise<T> {
    const { incarnation } = this;
    this.#begin(name);
    for (let turn = this.delay(name); turn > 0; turn -= 1) await nextTurn();
    if (!this.#alive || this.incarnation !== incarnation) return new Promise<never>(() => undefined);
    return make();
  }

  /** The same for work that never yields. */
  workSync<T>(name: string, make: () => T): T {
    this.#begin(name);
    return make();
  }

  /** The receiver of effects. Returns the receipt. */
  async receive(
    tool: string,
    key: string,
    args: unknown,
    idempotencyKey: string,
  ): Promise<{ receipt: string }> {
    const { incarnation } = this;
    if (!this.#alive) return new Promise<never>(() => undefined);
    this.sent.push({
      tool,
      key,
      args: JSON.stringify(args),
      idempotencyKey,
      incarnation,
      intended: this.#intents.has(`${tool}:${key}`),
    });
    for (let turn = this.delay(`${tool}:${key}`); turn > 0; turn -= 1) await nextTurn();
    if (!this.#alive || this.incarnation !== incarnation) return new Promise<never>(() => undefined);
    return { receipt: `${tool}:${key}` };
  }

  arrived(tool: string, key: string): boolean {
    return this.sent.some((it) => it.tool === tool && it.key === key);
  }

  #begin(name: string): void {
    if (!this.#alive) return;
    this.executions.push({ name, incarnation: this.incarnation });
    if (this.#recorded.has(name)) this.repeats.push(name);
  }

  #note(event: AnyEvent): void {
    if (event.kind === "effect.intended") this.#intents.add(`${event.data.tool}:${event.data.key}`);
    if (event.kind !== "step.completed" && event.kind !== "step.failed") return;
    const name = workName(event);
    if (name !== undefined) this.#recorded.add(name);
  }
}

/** The name under which the work of a record stands in the ledger. */
function workName(event: JournalEvent<"step.completed"> | JournalEvent<"step.failed">): string | undefined {
  const { kind, name, scope, input } = event.data;
  const around = scopeNames(scope);
  const given = (input ?? {}) as { readonly turn?: number; readonly q?: string };
  if (kind === "function") return name === "work" ? `${around.slice(-2).join("/")}/work` : name;
  if (kind === "model")
    return modelName(around.at(-2) ?? "", Number(around.at(-1)?.replace("attempt ", "")), given.turn ?? 0);
  if (kind === "tool") return `${name}:${given.q ?? ""}`;
  return undefined;
}

/** Ledger name of a model call. */
export function modelName(agent: string, attempt: number, turn: number): string {
  return `${agent}/attempt ${attempt}/turn ${turn}`;
}

export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
