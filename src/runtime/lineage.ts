// What a step has read. Delivered values are frozen objects, so identity says
// where a part of an input came from. A scalar has no identity: for it, and for
// control flow, everything delivered before counts (`may`).

import { type Canonical, canonical, decode, type Json, type Value } from "../base/values.ts";

interface Origin {
  readonly seq: number;
  readonly path: string;
}

/** An input as it is stored: references to delivered values, plus the rest. */
export interface TracedInput {
  readonly reads: readonly number[];
  readonly loose: boolean;
  readonly json: Json;
}

/** Where the values of one replay came from. */
export class Lineage {
  readonly #origins = new WeakMap<object, Origin>();
  /** Texts that were put together from delivered values, by what they say. */
  readonly #texts = new Map<string, { readonly reads: readonly number[]; readonly loose: boolean }>();

  /**
   * Remembers that a value was delivered as the output of `seq`. Returns the value to deliver: a copy of its own when
   * this very object was already another step's output.
   */
  deliver(seq: number, it: Canonical): Value {
    if (!isTraceable(it.value)) return it.value;
    const value = this.#holdsDelivered(it.value) ? decode(it.json).value : it.value;
    this.#remember(value, seq, "");
    return value;
  }

  /** Puts a text together, and remembers what it was made from: a text has no identity of its own. */
  text(parts: readonly string[], values: readonly unknown[]): string {
    const reads = new Set<number>();
    let loose = false;
    const walk = (value: unknown): void => {
      const known = typeof value === "string" ? this.#texts.get(value) : undefined;
      const origin = isTraceable(value) ? this.#origins.get(value) : undefined;
      if (origin !== undefined) reads.add(origin.seq);
      else if (isTraceable(value)) for (const it of Object.values(value)) walk(it);
      else if (known === undefined) loose ||= value !== null && value !== undefined;
      else {
        for (const seq of known.reads) reads.add(seq);
        loose ||= known.loose;
      }
    };
    for (const it of values) walk(it);
    const said = parts.map((part, at) => part + (at < values.length ? inWords(values[at]) : "")).join("");
    if (this.#texts.size >= rememberedTexts) this.#texts.clear();
    this.#texts.set(said, { reads: [...reads], loose });
    return said;
  }

  /** @param from Delivered values that were read without being part of the input. */
  trace(input: Canonical, given: unknown, from: readonly unknown[] = []): TracedInput {
    const reads = new Set<number>();
    let loose = false;
    const visit = (value: unknown, json: Json): Json => {
      if (!isTraceable(value)) {
        const known = typeof value === "string" ? this.#texts.get(value) : undefined;
        for (const seq of known?.reads ?? []) reads.add(seq);
        loose ||= known?.loose ?? (value !== null && typeof value !== "undefined");
        return json;
      }
      const origin = this.#origins.get(value);
      if (origin !== undefined) {
        reads.add(origin.seq);
        return origin.path === "" ? { $step: origin.seq } : { $step: origin.seq, path: origin.path };
      }
      if (Array.isArray(value))
        return value.map((item, index) => visit(item, (json as Json[])[index] as Json));
      const escaped = Object.keys(json as object).length === 1 && Object.hasOwn(json as object, "$value");
      const inner = (escaped ? (json as { $value: Json }).$value : json) as { [key: string]: Json };
      const out: Record<string, Json> = {};
      for (const key of Object.keys(inner))
        out[key] = visit((value as Record<string, unknown>)[key], inner[key] as Json);
      return escaped ? { $value: out } : out;
    };
    const json = visit(given, input.json);
    for (const it of from) {
      const origin = isTraceable(it) ? this.#origins.get(it) : undefined;
      if (origin !== undefined) reads.add(origin.seq);
    }
    return { reads: [...reads].sort((a, b) => a - b), loose, json };
  }

  #holdsDelivered(value: Value): boolean {
    if (!isTraceable(value)) return false;
    if (this.#origins.has(value)) return true;
    return Object.values(value).some((it) => this.#holdsDelivered(it as Value));
  }

  #remember(value: Value, seq: number, path: string): void {
    if (!isTraceable(value)) return;
    this.#origins.set(value, { seq, path });
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) this.#remember(item as Value, seq, `${path}[${index}]`);
      return;
    }
    for (const key of Object.keys(value)) {
      this.#remember(
        (value as Record<string, Value>)[key] as Value,
        seq,
        path === "" ? key : `${path}.${key}`,
      );
    }
  }
}

/** Texts whose making is remembered; later ones count as scalars of unknown origin. */
const rememberedTexts = 10_000;

/** A value inside a text: text as it is, all else as JSON. */
function inWords(value: unknown): string {
  if (typeof value === "string") return value;
  return value === undefined ? "" : JSON.stringify(canonical(value, "text").json, undefined, 2);
}

function isTraceable(value: unknown): value is readonly Value[] | { readonly [key: string]: Value } {
  return (
    typeof value === "object" && value !== null && !(value instanceof Date) && !(value instanceof Uint8Array)
  );
}

/** The canonical form of a step's input; undefined stands for no input. */
export function canonicalInput(input: unknown): Canonical | undefined {
  return input === undefined ? undefined : canonical(input, "input");
}
