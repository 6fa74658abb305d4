import { FirebreakError } from "./errors.ts";

/** Milliseconds, or text such as "500ms", "30s", "5m", "2h", "7d". */
export type Duration = number | string;

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A duration in milliseconds. @throws DURATION_INVALID */
export function toMs(duration: Duration): number {
  if (typeof duration === "number" && Number.isFinite(duration) && duration >= 0) return duration;
  const match =
    typeof duration === "string" ? /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(duration.trim()) : null;
  if (match === null) throw new FirebreakError("DURATION_INVALID", { given: String(duration) });
  return Number(match[1]) * unitMs[match[2]!]!;
}
