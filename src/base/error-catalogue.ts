// Every error this library throws on purpose, one row a code. docs/errors.md is
// generated from this table. Rows live in one file per area below `error-rows/`.

import { checkErrors } from "./error-rows/check.ts";
import { cliErrors } from "./error-rows/cli.ts";
import { journalErrors } from "./error-rows/journal.ts";
import { modelErrors } from "./error-rows/model.ts";
import { reviewErrors } from "./error-rows/review.ts";
import { runtimeErrors } from "./error-rows/runtime.ts";
import { standinErrors } from "./error-rows/standin.ts";
import { testingErrors } from "./error-rows/testing.ts";
import { toolErrors } from "./error-rows/tool.ts";
import { valueErrors } from "./error-rows/value.ts";

export type { ErrorRow } from "./error-rows/error-row.ts";

export const errorCatalogue = {
  ...valueErrors,
  ...journalErrors,
  ...runtimeErrors,
  ...modelErrors,
  ...toolErrors,
  ...standinErrors,
  ...checkErrors,
  ...reviewErrors,
  ...cliErrors,
  ...testingErrors,
} as const;

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorDetails<Code extends ErrorCode> = Parameters<(typeof errorCatalogue)[Code]["message"]>[0];
