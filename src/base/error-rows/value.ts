import { type ErrorRow, row } from "./error-row.ts";

interface ValueErrors {
  readonly VALUE_UNSUPPORTED: ErrorRow<{ path: string; what: string; mend: string }>;
  readonly VALUE_TOO_DEEP: ErrorRow<{ path: string; limit: number }>;
  readonly DURATION_INVALID: ErrorRow<{ given: string }>;
  readonly SCHEMA_UNKNOWN: ErrorRow<{ found: string }>;
  readonly SCHEMA_NO_JSON: ErrorRow<{ vendor: string; mend: string }>;
  readonly SCHEMA_UNREPRESENTABLE: ErrorRow<{ vendor: string; io: string; reason: string; mend: string }>;
}

export const valueErrors: ValueErrors = {
  VALUE_UNSUPPORTED: row({
    retryable: false,
    message: (it) => `${it.path} is ${it.what}, which cannot be recorded`,
    fix: (it) => it.mend,
  }),
  VALUE_TOO_DEEP: row({
    retryable: false,
    message: (it) => `${it.path} is nested deeper than ${it.limit} levels`,
    fix: () => "Flatten the value, or keep the deep part in an artifact.",
  }),
  DURATION_INVALID: row({
    retryable: false,
    message: (it) => `"${it.given}" is not a duration`,
    fix: () => 'Give milliseconds as a number, or text such as "500ms", "30s", "5m", "2h" or "7d".',
  }),
  SCHEMA_UNKNOWN: row({
    retryable: false,
    message: (it) => `${it.found} is not a schema`,
    fix: () => "Give a schema of zod 4, arktype, valibot (with its converter) or jsonSchema() of the AI SDK.",
  }),
  SCHEMA_NO_JSON: row({
    retryable: false,
    message: (it) => `this ${it.vendor} schema cannot say itself as JSON Schema, which models and forms need`,
    fix: (it) => it.mend,
  }),
  SCHEMA_UNREPRESENTABLE: row({
    retryable: false,
    message: (it) =>
      `this ${it.vendor} schema's ${it.io} has a part that JSON Schema cannot say: ${it.reason}`,
    fix: (it) => it.mend,
  }),
};
