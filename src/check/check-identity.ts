// Which check a verdict is of: its name, its code or version, and what it was
// made with. A verdict is taken over only by the same check, so that an edited
// one judges anew and the others do not.

import { sha } from "../base/values.ts";
import type { Check } from "./check.ts";

/** Deepest nesting of options looked at. */
const depthLimit = 20;

/** Text that is equal for checks that judge alike. Local variables a function captures are not part of it. */
export function checkIdentity(it: Check<never, never>): string {
  if (typeof it === "function") return sha(String(it)).slice(0, 12);
  const code = it.version ?? sha(String(it.run)).slice(0, 12);
  const options = it.options === undefined ? "" : `:${sha(describe(it.options, 0)).slice(0, 12)}`;
  return `${it.name}@${code}${options}`;
}

/** Any value as text: members in the order of their keys, functions by their source, what has an id by that. */
function describe(value: unknown, depth: number): string {
  if (depth > depthLimit) return "…";
  if (typeof value === "function" || value instanceof RegExp) return sha(String(value));
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object" || value === null)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  if (Array.isArray(value)) return `[${value.map((item) => describe(item, depth + 1)).join(",")}]`;
  if ("call" in value && "id" in value && typeof value.id === "string") return `model ${value.id}`;
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, item]) => `${JSON.stringify(key)}:${describe(item, depth + 1)}`).join(",")}}`;
}
