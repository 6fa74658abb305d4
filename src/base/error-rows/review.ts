import { type ErrorRow, row } from "./error-row.ts";

export const reviewErrors = {
} as const;
