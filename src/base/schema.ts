// Schemas: whatever library an author uses, two things are asked of it: parse a
// value, and say itself as JSON Schema. Both go through Standard Schema, so no
// library is imported here.
//
//   S1. A value that was not parsed by its schema is never taken for one that was.
//   S2. A schema that cannot be said in draft-07 is an error with a mend, never a looser schema.

import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { FirebreakError } from "./errors.ts";
import type { Json } from "./values.ts";

/** Any Standard Schema. */
export type AnySchema<Output = unknown, Input = unknown> = StandardSchemaV1<Input, Output>;

/**
 * What a value must look like to go in, or what comes out of parsing it: they differ where a schema has
 * defaults.
 */
export type SchemaSide = "input" | "output";

export interface SchemaIssue {
  /** Path into the value, as in `claims[2].quote`; "" for the value itself. */
  readonly path: string;
  readonly message: string;
}

export type Parsed<Output> =
  | { readonly ok: true; readonly value: Output }
  | { readonly ok: false; readonly issues: readonly SchemaIssue[] };

/** A schema object of the AI SDK, as its `jsonSchema()` makes it. */
interface ForeignSchema {
  readonly jsonSchema: unknown;
  readonly validate?: (value: unknown) => unknown;
}

/** Most issues reported of one value. */
export const issueLimit = 50;

const target = "draft-07";

const converted: Record<SchemaSide, WeakMap<object, Json>> = { input: new WeakMap(), output: new WeakMap() };

/**
 * The JSON Schema (draft-07) of a schema's input or output, as plain JSON without `$schema`.
 * Use `input` for what a model or a person is to write, `output` for what a step gives.
 *
 * @throws SCHEMA_UNKNOWN, SCHEMA_NO_JSON (the library has no converter built in), SCHEMA_UNREPRESENTABLE (a
 * date, a
 * map, a transform: S2).
 */
export function toJsonSchema(schema: AnySchema, io: SchemaSide): Json {
  const seen = converted[io].get(schema);
  if (seen !== undefined) return seen;
  const props = standardOf(schema);
  const made = plain(convert(props, io), props.vendor, io);
  converted[io].set(schema, made);
  return made;
}

function convert(
  props: StandardSchemaV1.Props & { jsonSchema?: StandardJSONSchemaV1.Converter },
  io: SchemaSide,
): unknown {
  const { vendor } = props;
  if (typeof props.jsonSchema?.[io] !== "function") {
    throw new FirebreakError("SCHEMA_NO_JSON", { vendor, mend: converterMend(vendor) });
  }
  try {
    return props.jsonSchema[io]({ target, ...(vendor === "arktype" ? arktypeOptions : {}) });
  } catch (error) {
    const reason = oneLine(error);
    throw new FirebreakError("SCHEMA_UNREPRESENTABLE", {
      vendor,
      io,
      reason,
      mend: representMend(vendor, reason),
    });
  }
}

/** By itself arktype says `{}`, anything at all, for what JSON cannot hold (S2). */
const arktypeOptions = {
  libraryOptions: {
    fallback: Object.fromEntries(
      ["date", "proto", "domain", "symbolKey", "unit"].map((kind) => [kind, refuseKind(kind)]),
    ),
  },
} as const;

function refuseKind(kind: string): () => never {
  return () => {
    throw new TypeError(`${kind === "proto" ? "a class instance" : kind} cannot be represented`);
  };
}

function converterMend(vendor: string): string {
  if (vendor === "valibot") {
    const converter = "@valibot/to-json-schema";
    return `Wrap it: toStandardJsonSchema(schema) of ${converter} (npm install ${converter}).`;
  }
  if (vendor === "zod") return "Update zod to 4.2 or later.";
  const able = "zod 4, arktype, or valibot with its converter";
  return `Update ${vendor}, or use a library that implements Standard JSON Schema: ${able}.`;
}

function representMend(vendor: string, reason: string): string {
  if (/date/i.test(reason)) {
    const how =
      vendor === "zod" ? "z.iso.datetime()" : vendor === "arktype" ? '"string.date.iso"' : "an ISO date text";
    return `Models and forms write text: use ${how} for a date, and make a Date of it in a step.`;
  }
  return "Use only what JSON can hold (text, numbers, booleans, null, arrays, plain objects), and convert in a step.";
}

/** A converter may return getters, functions or shared parts: only what JSON keeps goes to a provider. */
function plain(schema: unknown, vendor: string, io: SchemaSide): Json {
  if (
    typeof schema !== "object" ||
    schema === null ||
    typeof (schema as { then?: unknown }).then === "function"
  ) {
    const reason = "its converter gave no object";
    throw new FirebreakError("SCHEMA_UNREPRESENTABLE", {
      vendor,
      io,
      reason,
      mend: "Give the schema itself, not a promise of one.",
    });
  }
  const { $schema: _, ...rest } = JSON.parse(JSON.stringify(schema)) as Record<string, Json>;
  return rest;
}

/**
 * Parses a value. A value that does not fit is a result, not an error; a schema that throws counts as one
 * issue (S1).
 *
 * @throws SCHEMA_UNKNOWN
 */
export async function parseWith<Output>(schema: AnySchema<Output>, value: unknown): Promise<Parsed<Output>> {
  const props = standardOf(schema) as StandardSchemaV1.Props<unknown, Output>;
  try {
    const result = await props.validate(value);
    if (!result.issues) return { ok: true, value: result.value };
    return { ok: false, issues: result.issues.slice(0, issueLimit).map(issueOf) };
  } catch (error) {
    return { ok: false, issues: [{ path: "", message: `the schema threw: ${oneLine(error)}` }] };
  }
}

function issueOf(issue: StandardSchemaV1.Issue): SchemaIssue {
  const keys = (issue.path ?? []).map((part) => (typeof part === "object" ? part.key : part));
  return { path: pathOf(keys), message: issue.message.replace(/\s*\n\s*/g, "; ") };
}

function pathOf(keys: readonly PropertyKey[]): string {
  let path = "";
  for (const key of keys) {
    if (typeof key === "number" || /^\d+$/.test(String(key))) path += `[${String(key)}]`;
    else if (!/^[A-Za-z_$][\w$]*$/.test(String(key))) path += `[${JSON.stringify(String(key))}]`;
    else path += path === "" ? String(key) : `.${String(key)}`;
  }
  return path;
}

/**
 * Takes a schema as authors hand it in: a Standard Schema as it is, a schema object of the AI SDK
 * (`jsonSchema()`) or
 * a function that makes one, adapted. An AI SDK schema without `validate` accepts every value, as it does
 * there.
 *
 * @throws SCHEMA_UNKNOWN
 */
export function adaptSchema(schema: unknown): AnySchema {
  if (isStandard(schema)) return schema;
  if (isForeign(schema)) return fromForeign(schema);
  if (typeof schema === "function" && schema.length === 0) {
    const made: unknown = (schema as () => unknown)();
    if (isStandard(made)) return made;
    if (isForeign(made)) return fromForeign(made);
  }
  throw new FirebreakError("SCHEMA_UNKNOWN", { found: nameOf(schema) });
}

function fromForeign(schema: ForeignSchema): AnySchema {
  const say = (): Record<string, unknown> => schema.jsonSchema as Record<string, unknown>;
  const props: StandardSchemaV1.Props & StandardJSONSchemaV1.Props = {
    version: 1,
    vendor: "ai-sdk",
    jsonSchema: { input: say, output: say },
    validate: async (value) => {
      const result = (await schema.validate?.(value)) as
        | { success: boolean; value?: unknown; error?: unknown }
        | undefined;
      if (result === undefined) return { value };
      return result.success ? { value: result.value } : { issues: foreignIssues(result.error) };
    },
  };
  return { "~standard": props };
}

/** Validation errors of the AI SDK carry the library's own error as `cause`, and that its issues. */
function foreignIssues(error: unknown): readonly StandardSchemaV1.Issue[] {
  for (const candidate of [error, (error as { cause?: unknown } | null)?.cause]) {
    const issues = (candidate as { issues?: unknown } | null | undefined)?.issues;
    if (Array.isArray(issues) && issues.length > 0) return issues as StandardSchemaV1.Issue[];
  }
  return [{ message: oneLine(error) }];
}

function standardOf(
  schema: unknown,
): StandardSchemaV1.Props & { jsonSchema?: StandardJSONSchemaV1.Converter } {
  if (!isStandard(schema)) throw new FirebreakError("SCHEMA_UNKNOWN", { found: nameOf(schema) });
  return schema["~standard"];
}

/** arktype's schemas are functions, so both kinds of object are looked at. */
function isStandard(schema: unknown): schema is AnySchema {
  if ((typeof schema !== "object" && typeof schema !== "function") || schema === null) return false;
  const props = (schema as { "~standard"?: { validate?: unknown } })["~standard"];
  return typeof props?.validate === "function";
}

function isForeign(schema: unknown): schema is ForeignSchema {
  if (typeof schema !== "object" || schema === null || !("jsonSchema" in schema)) return false;
  const { validate } = schema as { validate?: unknown };
  return validate === undefined || typeof validate === "function";
}

function nameOf(value: unknown): string {
  if (value === null || typeof value !== "object")
    return typeof value === "function" ? "a function" : String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(", ") || "no members"}`;
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/\s+/g, " ").slice(0, 300);
}
