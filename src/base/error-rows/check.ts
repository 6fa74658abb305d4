import { type ErrorRow, row } from "./error-row.ts";

interface CheckErrors {
  readonly CHECK_PATH_UNKNOWN: ErrorRow<{ check: string; path: string; segment: string; known: string }>;
  readonly CHECK_PATH_INVALID: ErrorRow<{ path: string; at: number }>;
  readonly CHECK_OPTIONS: ErrorRow<{ check: string; what: string; mend: string }>;
  readonly OPERATOR_UNKNOWN: ErrorRow<{ given: string; known: string }>;
}

export const checkErrors: CheckErrors = {
  CHECK_PATH_UNKNOWN: row({
    retryable: false,
    message: (it) =>
      `check "${it.check}" looks at "${it.path}", but the output's schema has no "${it.segment}" there`,
    fix: (it) =>
      it.known === ""
        ? "Correct the path: nothing lies below that point."
        : `Correct the path. Known there: ${it.known}.`,
  }),
  CHECK_PATH_INVALID: row({
    retryable: false,
    message: (it) => `"${it.path}" is not a path into an output (character ${it.at})`,
    fix: () =>
      'Write names joined by dots, and [] for every item of a list: "claims[].quote", "summary.text", "rows[0].id".',
  }),
  OPERATOR_UNKNOWN: row({
    retryable: false,
    message: (it) => `there is no mutation operator "${it.given}"`,
    fix: (it) => `Known are: ${it.known}.`,
  }),
  CHECK_OPTIONS: row({
    retryable: false,
    message: (it) => `check "${it.check}" ${it.what}`,
    fix: (it) => it.mend,
  }),
};
