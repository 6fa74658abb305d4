import { type ErrorRow, row } from "./error-row.ts";

interface ValueErrors {
  readonly VALUE_UNSUPPORTED: ErrorRow<{ path: string; what: string; mend: string }>;
  readonly VALUE_TOO_DEEP: ErrorRow<{ path: string; limit: number }>;
  readonly DURATION_INVALID: ErrorRow<{ given: string }>;
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
};
