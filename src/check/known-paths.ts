// Holds the paths of checks against the JSON Schema of the output, so that a
// misspelt path is found before the first answer is paid for.

import { FirebreakError } from "../base/errors.ts";
import type { Check } from "./check.ts";
import { everyItem, isRecord, parsePath, type Segment } from "./paths.ts";

/** Most branches of a schema looked at for one path; beyond, the path counts as known. */
const branchLimit = 1_000;

/**
 * Refuses checks that look where the output can have nothing.
 * Parts of a schema that cannot be followed (remote references, conditions) count as allowing everything.
 *
 * @throws CHECK_PATH_UNKNOWN naming the segment and what is known there; CHECK_PATH_INVALID.
 */
export function requireKnownPaths(checks: readonly Check<never, never>[], schema: unknown): void {
  for (const it of checks) {
    if (typeof it === "function") continue;
    for (const path of it.paths ?? []) requireKnown(it.name, path, schema);
  }
}

function requireKnown(check: string, path: string, root: unknown): void {
  let here = branches(root, root);
  for (const segment of parsePath(path)) {
    const next = here.flatMap((schema) => step(schema, segment)).flatMap((schema) => branches(schema, root));
    if (next.length === 0)
      throw new FirebreakError("CHECK_PATH_UNKNOWN", {
        check,
        path,
        segment: show(segment),
        known: known(here),
      });
    if (next.length > branchLimit) return;
    here = next;
  }
}

/** A schema with its references and alternatives taken apart. `true` allows everything. */
function branches(schema: unknown, root: unknown, depth = 0): unknown[] {
  if (!isRecord(schema)) return schema === false ? [] : [true];
  if (depth > 20) return [true];
  if (typeof schema["$ref"] === "string") return branches(follow(schema["$ref"], root), root, depth + 1);
  const parts = ["anyOf", "oneOf", "allOf"].flatMap((key) =>
    Array.isArray(schema[key]) ? (schema[key] as unknown[]) : [],
  );
  const own = "properties" in schema || "items" in schema || "prefixItems" in schema || parts.length === 0;
  return [...(own ? [schema] : []), ...parts.flatMap((part) => branches(part, root, depth + 1))];
}

function follow(reference: string, root: unknown): unknown {
  if (!reference.startsWith("#")) return true;
  let here = root;
  for (const key of reference
    .slice(1)
    .split("/")
    .filter((it) => it !== "")) {
    const name = decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~");
    here = isRecord(here) ? here[name] : undefined;
  }
  return here ?? true;
}

/** Schemas one segment down; none when there can be nothing. */
function step(schema: unknown, segment: Segment): unknown[] {
  if (!isRecord(schema)) return [true];
  if (typeof segment !== "string") return hasType(schema, "array") ? items(schema, segment) : [];
  if (!hasType(schema, "object")) return [];
  const properties = isRecord(schema["properties"]) ? schema["properties"] : {};
  if (Object.hasOwn(properties, segment)) return [properties[segment]];
  const patterns = isRecord(schema["patternProperties"]) ? Object.values(schema["patternProperties"]) : [];
  const rest = schema["additionalProperties"];
  // A list of members means those members, also where a validator would let others through.
  if (isRecord(rest) || (rest === true && Object.keys(properties).length === 0)) return [rest, ...patterns];
  return patterns.length > 0 || "properties" in schema || rest === false ? patterns : [true];
}

function items(schema: Readonly<Record<string, unknown>>, segment: Segment): unknown[] {
  const fixed = Array.isArray(schema["prefixItems"]) ? (schema["prefixItems"] as unknown[]) : [];
  if (segment !== everyItem && typeof segment === "number" && segment < fixed.length) return [fixed[segment]];
  const rest = schema["items"] ?? (fixed.length > 0 ? [] : [true]);
  return [...fixed, ...(Array.isArray(rest) ? (rest as unknown[]) : [rest])];
}

function hasType(schema: Readonly<Record<string, unknown>>, type: string): boolean {
  const given = schema["type"];
  return given === undefined || given === type || (Array.isArray(given) && given.includes(type));
}

function known(schemas: readonly unknown[]): string {
  const names = schemas.flatMap((it) =>
    isRecord(it) && isRecord(it["properties"]) ? Object.keys(it["properties"]) : [],
  );
  const lists = schemas.some((it) => isRecord(it) && it["type"] === "array") ? ["[]"] : [];
  return [...new Set([...lists, ...names])].slice(0, 20).join(", ");
}

function show(segment: Segment): string {
  if (segment === everyItem) return "[]";
  return typeof segment === "number" ? `[${segment}]` : segment;
}
