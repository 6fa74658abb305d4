// Values: what steps take and give, in the one form that is recorded.
//
// A value that enters a journal is copied into its canonical form: keys sorted,
// undefined members dropped, -0 made 0, Date, bigint and bytes tagged. What a
// workflow receives is the decoded, deeply frozen copy of that form, the first
// time as well as after a crash, so that no later mutation and no lost detail
// can make a replay differ from the first execution.
//
// Hashes are Merkle hashes: an object's hash covers its sorted keys and the
// hashes of its children, so a frozen value that was delivered carries its own.
//
//   V1. decode(encode(v)) equals v for every value accepted.
//   V2. Equal values have equal hashes, whatever the order of their keys.
//   V3. What cannot be told apart after a replay is refused, with its path.

import { hash as digest } from "node:crypto";
import { FirebreakError } from "./errors.ts";
import { redact, redactBytes } from "./secrets.ts";

/** JSON as written to the journal, tags included. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** What a step may take and give. */
export type Value =
  | null
  | boolean
  | number
  | string
  | bigint
  | Date
  | Uint8Array
  | readonly Value[]
  | { readonly [key: string]: Value | undefined };

/** A value in its canonical form. */
export interface Canonical {
  /** The frozen, decoded copy: what is delivered. */
  readonly value: Value;
  /** The tagged form: what is written. */
  readonly json: Json;
  /** Merkle hash, 32 hexadecimal digits; a short scalar stands for itself, as its JSON text. */
  readonly hash: string;
  /** Length of the JSON text, in characters. */
  readonly size: number;
}

/** Deepest nesting of a value. */
export const depthLimit = 200;

const known = new WeakMap<object, Canonical>();
const hashLength = 32;

/** The first 128 bits of SHA-256, as hexadecimal digits. */
export function sha(text: string | Uint8Array): string {
  return digest("sha256", text, "hex").slice(0, hashLength);
}

/**
 * Copies a value into its canonical form.
 *
 * @throws VALUE_UNSUPPORTED naming the path of what cannot be recorded; VALUE_TOO_DEEP.
 */
export function canonical(value: unknown, at = "value"): Canonical {
  return copy(value, at, 0, []);
}

/** The value that canonical JSON text stands for, frozen. Text is trusted: it came from `canonical`. */
export function decode(json: Json): Canonical {
  return restore(json);
}

/** The hash of a value. */
export function hashOf(value: unknown): string {
  return canonical(value).hash;
}

function scalar(json: null | boolean | number | string): Canonical {
  const text = JSON.stringify(json);
  return { value: json, json, hash: text, size: text.length };
}

/** Text longer than this is hashed; shorter text stands for itself. */
const inlineText = 64;

function text(json: string): Canonical {
  return json.length <= inlineText
    ? scalar(json)
    : { value: json, json, hash: sha(`s:${json}`), size: json.length + 2 };
}

function tagged(tag: string, body: string, value: Value): Canonical {
  return { value, json: { [tag]: body }, hash: sha(`${tag}:${body}`), size: body.length + tag.length + 7 };
}

function copy(value: unknown, at: string, depth: number, above: object[]): Canonical {
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed())
        return refuse(at, "text with a lone surrogate", "Repair the text with toWellFormed().");
      return text(redact(value));
    case "boolean":
      return scalar(value);
    case "number":
      if (!Number.isFinite(value)) return refuse(at, String(value), "Use null for a number that is missing.");
      return scalar(value === 0 ? 0 : value);
    case "bigint":
      return tagged("$bigint", value.toString(), value);
    case "object":
      if (value === null) return scalar(null);
      return known.get(value) ?? copyObject(value, at, depth, above);
    case "undefined":
      return refuse(at, "undefined", "Return null for nothing; only members of an object may be undefined.");
    case "function":
      return refuse(at, "a function", "Pass data, and name the function in the step's work.");
    default:
      return refuse(at, "a symbol", "Use text.");
  }
}

function copyObject(value: object, at: string, depth: number, above: object[]): Canonical {
  if (depth >= depthLimit) throw new FirebreakError("VALUE_TOO_DEEP", { path: at, limit: depthLimit });
  if (above.includes(value)) return refuse(at, "a cycle", "Refer to the repeated part by an id.");
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime()))
      return refuse(at, "an invalid date", "Check the text it was made from.");
    return tagged("$date", value.toISOString(), fixedDate(value.getTime()));
  }
  if (value instanceof Uint8Array) {
    const bytes = Uint8Array.from(redactBytes(value));
    return tagged("$bytes", Buffer.from(bytes).toString("base64"), bytes);
  }
  above.push(value);
  const made = Array.isArray(value)
    ? copyArray(value, at, depth, above)
    : copyRecord(value, at, depth, above);
  above.pop();
  return made;
}

function copyArray(value: readonly unknown[], at: string, depth: number, above: object[]): Canonical {
  const values: Value[] = [];
  const jsons: Json[] = [];
  const hashes: string[] = [];
  let plain = true;
  let size = 2;
  for (let index = 0; index < value.length; index += 1) {
    const item = value[index];
    const child = copy(item === undefined ? null : item, `${at}[${index}]`, depth + 1, above);
    values.push(child.value);
    jsons.push(child.json);
    hashes.push(child.hash);
    size += child.size + 1;
    plain &&= child.json === child.value;
  }
  return keep(values, plain ? (values as Json[]) : jsons, sha(`[${hashes.join(",")}]`), size);
}

function copyRecord(value: object, at: string, depth: number, above: object[]): Canonical {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && !isForeignPlain(prototype)) {
    const name = value.constructor?.name || "a class instance";
    return refuse(
      at,
      name === "Map" || name === "Set" ? `a ${name}` : `an instance of ${name}`,
      "Pass a plain object, for example { ...it } or [...it].",
    );
  }
  if (Object.getOwnPropertySymbols(value).length > 0)
    return refuse(at, "an object with symbol keys", "Use text keys.");
  const values: Record<string, Value> = {};
  const jsons: Record<string, Json> = {};
  const parts: string[] = [];
  let plain = true;
  let size = 2;
  for (const [key, item] of sortedMembers(value)) {
    if (item === undefined) continue;
    if (key === "__proto__") return refuse(`${at}.__proto__`, "a key named __proto__", "Rename the key.");
    if (!key.isWellFormed())
      return refuse(at, "a key with a lone surrogate", "Repair the key with toWellFormed().");
    const child = copy(
      item,
      /^[A-Za-z_$][\w$]*$/.test(key) ? `${at}.${key}` : `${at}[${JSON.stringify(key)}]`,
      depth + 1,
      above,
    );
    values[key] = child.value;
    jsons[key] = child.json;
    parts.push(`${JSON.stringify(key)}:${child.hash}`);
    size += key.length + child.size + 4;
    plain &&= child.json === child.value;
  }
  const hash = sha(`{${parts.join(",")}}`);
  if (needsEscape(values)) return keep(values, { $value: plain ? (values as Json) : jsons }, hash, size + 11);
  return keep(values, plain ? (values as Json) : jsons, hash, size);
}

/** Members in the order of their keys, which are redacted like any text. */
function sortedMembers(value: object): [key: string, item: unknown][] {
  const members: [string, unknown][] = [];
  let clean = true;
  for (const key of Object.keys(value).sort()) {
    const shown = redact(key);
    clean &&= shown === key;
    members.push([shown, (value as Record<string, unknown>)[key]]);
  }
  return clean ? members : [...new Map(members)].sort(([a], [b]) => (a < b ? -1 : 1));
}

const setters = Object.getOwnPropertyNames(Date.prototype).filter((it) => it.startsWith("set"));

function refuseChange(): never {
  throw new TypeError("a delivered date cannot be changed: make a new one from it");
}

const fixed: PropertyDescriptorMap = Object.fromEntries(setters.map((it) => [it, { value: refuseChange }]));

/** Freezing keeps nobody from setting a date, so its setters are taken away. It equals any other date of its time. */
function fixedDate(ms: number): Date {
  return Object.freeze(Object.defineProperties(new Date(ms), fixed));
}

/** A plain object of another realm (a vm context, a worker's message) has its own Object.prototype. */
function isForeignPlain(prototype: unknown): boolean {
  return (
    typeof prototype === "object" &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, "hasOwnProperty")
  );
}

/** An object whose only key looks like one of our tags is wrapped once more. */
function needsEscape(values: Record<string, unknown>): boolean {
  const keys = Object.keys(values);
  return keys.length === 1 && keys[0]!.startsWith("$");
}

function keep(value: Value, json: Json, hash: string, size: number): Canonical {
  Object.freeze(value);
  const made = { value, json, hash, size };
  known.set(value as object, made);
  return made;
}

function refuse(path: string, what: string, mend: string): never {
  throw new FirebreakError("VALUE_UNSUPPORTED", { path, what, mend });
}

function restore(json: Json): Canonical {
  if (json === null || typeof json === "boolean" || typeof json === "number") return scalar(json);
  if (typeof json === "string") return text(json);
  if (Array.isArray(json)) {
    const children = json.map(restore);
    const values = children.map((it) => it.value);
    const plain = children.every((it) => it.json === it.value);
    const size = children.reduce((sum, it) => sum + it.size + 1, 2);
    return keep(
      values,
      plain ? (values as Json[]) : json,
      sha(`[${children.map((it) => it.hash).join(",")}]`),
      size,
    );
  }
  return restoreRecord(json as { readonly [key: string]: Json });
}

function restoreRecord(json: { readonly [key: string]: Json }): Canonical {
  const keys = Object.keys(json);
  if (keys.length === 1 && keys[0]!.startsWith("$")) {
    const tag = keys[0]!;
    const body = json[tag]!;
    if (tag === "$date") return tagged(tag, body as string, fixedDate(Date.parse(body as string)));
    if (tag === "$bigint") return tagged(tag, body as string, BigInt(body as string));
    if (tag === "$bytes")
      return tagged(tag, body as string, new Uint8Array(Buffer.from(body as string, "base64")));
    if (tag === "$value") return restoreMembers(body as { readonly [key: string]: Json }, json);
  }
  return restoreMembers(json, json);
}

function restoreMembers(members: { readonly [key: string]: Json }, json: Json): Canonical {
  const values: Record<string, Value> = {};
  const parts: string[] = [];
  let plain = members === json;
  let size = 2;
  for (const key of Object.keys(members).sort()) {
    const child = restore(members[key]!);
    values[key] = child.value;
    parts.push(`${JSON.stringify(key)}:${child.hash}`);
    size += key.length + child.size + 4;
    plain &&= child.json === child.value;
  }
  return keep(values, plain ? (values as Json) : json, sha(`{${parts.join(",")}}`), size);
}
