// Tells where workflow code uses what differs between two executions: the
// clock, random numbers, the network, timers. Patched globals look at who
// called them; the code of a step, and this library's own, may.
//
//   PURE1. Only workflow code is complained about: not a step's work, not this library, not the packages it uses.
//   PURE2. The globals are as they were once the last run that is watched has ended.

import { AsyncLocalStorage } from "node:async_hooks";
import { sep } from "node:path";
import { fileURLToPath } from "node:url";
import { FirebreakError } from "./base/errors.ts";
import type { Guard } from "./runtime/runtime.ts";

interface Watch {
  readonly where: "workflow" | "work";
  readonly complain: (error: FirebreakError) => void;
}

const watched = new AsyncLocalStorage<Watch>();
const ownFolder = import.meta.dirname + sep;
/** Frames of a stack that are looked at. */
const frameLimit = 50;

/** A guard for the runs of one test, and what stops it. */
export interface PurityGuard extends Guard {
  release(): void;
}

/** Watches until it is released. What it finds is thrown where it stands, and told to `complain`. */
export function guardPurity(complain: (error: FirebreakError) => void): PurityGuard {
  let held = true;
  acquire();
  return {
    workflow: (run) => watched.run({ where: "workflow", complain }, run),
    work: (_path, run) => watched.run({ where: "work", complain }, run),
    release: () => {
      if (held) release();
      held = false;
    },
  };
}

/** @throws IMPURE when workflow code calls. */
function look(what: string): void {
  const watch = watched.getStore();
  if (watch?.where !== "workflow") return;
  const where = callerOf();
  if (where === undefined) return;
  const error = new FirebreakError("IMPURE", { what, where });
  watch.complain(error);
  throw error;
}

/** Where the first frame stands that is neither Node's nor a package's; undefined when it is this library's own. */
function callerOf(): string | undefined {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = frameLimit;
  const stack = new Error("where").stack ?? "";
  Error.stackTraceLimit = before;
  for (const line of stack.split("\n").slice(1)) {
    const frame = /\(?((?:file:\/\/|[A-Za-z]:\\|\/)[^()]+):(\d+):\d+\)?$/.exec(line);
    if (frame === null) continue;
    const file = pathOf(frame[1]!);
    if (
      file === import.meta.filename ||
      (file.includes(`${sep}node_modules${sep}`) && !file.startsWith(ownFolder))
    )
      continue;
    return file.startsWith(ownFolder) ? undefined : `${file}:${frame[2]}`;
  }
  return undefined;
}

function pathOf(found: string): string {
  return found.startsWith("file://") ? fileURLToPath(found.replace(/\?.*$/, "")) : found;
}

// ---- The globals -------------------------------------------------------------

type Undo = () => void;

let holders = 0;
let undo: readonly Undo[] = [];

function acquire(): void {
  holders += 1;
  if (holders === 1) undo = patchAll();
}

function release(): void {
  holders -= 1;
  if (holders > 0) return;
  for (const it of undo) it();
  undo = [];
}

function patchAll(): readonly Undo[] {
  const { Date: RealDate } = globalThis;
  const date: DateConstructor = new Proxy(RealDate, {
    construct(target, args, newTarget): Date {
      if (args.length === 0) look("Date");
      return Reflect.construct(target, args, newTarget === date ? target : newTarget) as Date;
    },
    apply(target, self, args) {
      look("Date()");
      return Reflect.apply(target, self, args) as string;
    },
  });
  return [
    patch(RealDate, "now", "Date.now"),
    replace(globalThis, "Date", date),
    patch(Math, "random", "Math.random"),
    patch(performance, "now", "performance.now"),
    patch(crypto, "randomUUID", "crypto.randomUUID"),
    patch(crypto, "getRandomValues", "crypto.getRandomValues"),
    patch(globalThis, "fetch", "fetch"),
    patch(globalThis, "setTimeout", "setTimeout"),
    patch(globalThis, "setInterval", "setInterval"),
    patch(globalThis, "setImmediate", "setImmediate"),
  ];
}

function patch<Holder extends object>(holder: Holder, name: keyof Holder & string, what: string): Undo {
  const real = holder[name] as unknown as (...args: unknown[]) => unknown;
  const watching = new Proxy(real, {
    apply(target, self, args) {
      look(what);
      return Reflect.apply(target, self === undefined ? holder : self, args);
    },
  });
  return replace(holder, name, watching as unknown as Holder[typeof name]);
}

/** Puts a property in place. It is put back only if nobody else has replaced it since. */
function replace<Holder extends object, Name extends keyof Holder>(
  holder: Holder,
  name: Name,
  value: Holder[Name],
): Undo {
  const before = Object.getOwnPropertyDescriptor(holder, name);
  Object.defineProperty(holder, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? false,
  });
  return () => {
    if (holder[name] !== value) return;
    if (before === undefined) Reflect.deleteProperty(holder, name);
    else Object.defineProperty(holder, name, before);
  };
}
