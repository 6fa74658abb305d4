// `fresh`: dates are not too old, and not in the future, at the recorded time of the judgement.
//
// A date says a stretch of time: a day, a month, a year. What holds of the whole
// stretch is decided; what holds of a part of it only is unsure.

import { type Duration, toMs } from "../base/duration.ts";
import type { CheckContext, Judged, NamedCheck, Problem, Unsure } from "./check.ts";
import { unsure } from "./check.ts";
import { clip } from "./fold-text.ts";
import { locate, type Located, parsePath, type Path } from "./paths.ts";
import { type DateParts, readDates } from "./read-dates.ts";

export interface FreshOptions {
  /** Longest age: "30d", "12h". */
  readonly within: Duration;
  /** How far ahead a date may lie; default 14 hours: it may be tomorrow where somebody else lives. */
  readonly ahead?: Duration;
  /** The time to reckon from, ms since 1970 UTC. Default: the recorded time of the judgement. */
  readonly now?: number;
  /** True when there may be nothing at the path. Default false. */
  readonly optional?: boolean;
}

/** A stretch of time, ms since 1970 UTC; `to` is not in it. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

const inputPrefix = "in:";
const dayMs = 86_400_000;
/** Ahead of UTC it is another day for up to this long. */
const zonesMs = 14 * 3_600_000;

/**
 * Checks that every date at a path of the output ("quotes[].asOf"), or of the step's input ("in:rates.asOf"), is at
 * most so old and not in the future. Dates are `Date`, ISO texts, and dates in words; days and months count as UTC.
 * It sees what the date says, not when the fact was true.
 *
 * A rerun judges anew, at its own time.
 *
 * @throws CHECK_PATH_INVALID, DURATION_INVALID at once; CHECK_PATH_UNKNOWN when run beside a schema that does not know
 * the path.
 */
export function fresh<Output = unknown>(
  path: Path<Output> | `in:${string}`,
  options: FreshOptions,
): NamedCheck<Output> {
  const at: string = path;
  const isInput = at.startsWith(inputPrefix);
  const segments = parsePath(isInput ? at.slice(inputPrefix.length) : at);
  const limits = { maxMs: toMs(options.within), aheadMs: toMs(options.ahead ?? zonesMs) };
  return {
    kind: "check",
    name: `fresh ${at === "" ? "output" : at}`,
    version: "1",
    options,
    timed: options.now === undefined,
    paths: isInput ? [] : [at],
    run: (output, context) => {
      const { input, now } = context as CheckContext;
      const time = options.now ?? now;
      if (time === undefined)
        return unsure("there is no recorded time to reckon from: give one with { now }");
      const places = locate(isInput ? input : output, segments);
      return judge(places, { ...limits, now: time, at, isInput, options });
    },
  };
}

interface Task {
  readonly maxMs: number;
  readonly aheadMs: number;
  readonly now: number;
  readonly at: string;
  readonly isInput: boolean;
  readonly options: FreshOptions;
}

function judge(places: readonly Located[], task: Task): Judged | Unsure {
  const isMissing = (it: Located): boolean => it.value === undefined || it.value === null || it.value === "";
  const given = places.filter((it) => !isMissing(it));
  if (given.length === 0 && task.options.optional !== true)
    return unsure(`there is no date at "${task.at}": correct the path, or say { optional: true }`);
  const problems: Omit<Problem, "check">[] = [];
  const doubts: string[] = [];
  if (task.options.optional !== true)
    for (const it of places.filter(isMissing))
      problems.push({ message: "gives no date", ...placed(it, task) });
  let oldest = Number.POSITIVE_INFINITY;
  for (const it of given) {
    const stretches = stretchesOf(it.value);
    const found = judgeStretches(stretches, task);
    oldest = Math.min(oldest, ...stretches.map((each) => each.from));
    if (found.doubt !== undefined) doubts.push(`${it.path}: ${found.doubt}`);
    if (found.problem !== undefined)
      problems.push({ message: found.problem, ...placed(it, task), claimed: show(it.value) });
  }
  const note = `${counted(given.length, "date")}, reckoned from ${iso(task.now)}${Number.isFinite(oldest) ? `; the oldest is ${iso(oldest)}` : ""}`;
  if (problems.length > 0) return { problems, note };
  return doubts.length > 0 ? unsure(doubts.slice(0, 5).join("; ")) : { problems, note };
}

function placed(it: Located, task: Task): Pick<Problem, "path" | "where"> {
  return task.isInput ? { where: `${inputPrefix}${it.path}` } : { path: it.path };
}

function judgeStretches(
  stretches: readonly Stretch[],
  { now, maxMs, aheadMs }: Task,
): { readonly problem?: string; readonly doubt?: string } {
  if (stretches.length === 0) return { doubt: "does not read as a date with a year" };
  const isOld = (it: Stretch): boolean => it.to <= now - maxMs;
  const isAhead = (it: Stretch): boolean => it.from > now + aheadMs;
  // A day is fresh while any part of it is, as people count; of a month or a year the whole must be.
  const isFine = (it: Stretch): boolean =>
    it.from <= now + aheadMs && (it.to - it.from <= dayMs ? it.to : it.from + 1) > now - maxMs;
  if (stretches.every(isFine)) return {};
  if (stretches.every(isOld)) return { problem: `is older than ${days(maxMs)} on ${iso(now)}` };
  if (stretches.every(isAhead)) return { problem: `lies in the future on ${iso(now)}` };
  if (stretches.length > 1) return { doubt: "may be read as more than one date, and they differ in this" };
  return { doubt: "is too coarse a date to say whether it is too old" };
}

/** The stretches of time a value may mean; more than one where its spelling leaves it open. */
function stretchesOf(value: unknown): readonly Stretch[] {
  if (value instanceof Date) return instant(value.getTime());
  if (typeof value === "number") return ofNumber(value);
  if (typeof value !== "string" || value.length > 10_000) return [];
  const text = value.trim();
  if (/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}/.test(text)) {
    const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text);
    const ms = Date.parse(zoned ? text.replace(" ", "T") : `${text.replace(" ", "T")}Z`);
    if (Number.isNaN(ms)) return [];
    return zoned ? instant(ms) : [{ from: ms, to: ms + 1 }];
  }
  const month = /^(\d{4})-(\d{2})$/.exec(text);
  if (month !== null) return ofParts({ year: Number(month[1]), month: Number(month[2]) });
  const mentions = readDates(text).filter((it) => it.readings.some((each) => each.year !== undefined));
  return mentions.length === 1 ? mentions[0]!.readings.flatMap(ofParts) : [];
}

function instant(ms: number): readonly Stretch[] {
  return Number.isNaN(ms) ? [] : [{ from: ms, to: ms + 1 }];
}

/** A year, or a time in ms or s since 1970, where the size of the number tells which. */
function ofNumber(value: number): readonly Stretch[] {
  if (Number.isInteger(value) && value >= 1_000 && value <= 9_999) return ofParts({ year: value });
  if (value >= 1e11 && value < 1e14) return instant(value);
  return value >= 1e8 && value < 1e11 ? instant(value * 1_000) : [];
}

function ofParts({ year, month, day }: DateParts): readonly Stretch[] {
  if (year === undefined || (month !== undefined && (month < 1 || month > 12))) return [];
  const from = Date.UTC(year, (month ?? 1) - 1, day ?? 1);
  if (day !== undefined && new Date(from).getUTCDate() !== day) return [];
  if (month === undefined) return [{ from, to: Date.UTC(year + 1, 0, 1) }];
  return [{ from, to: day === undefined ? Date.UTC(year, month, 1) : from + dayMs }];
}

function iso(ms: number): string {
  return new Date(ms).toISOString().slice(0, 16).replace("T00:00", "");
}

function days(ms: number): string {
  return ms % dayMs === 0 ? counted(ms / dayMs, "day") : counted(Math.round(ms / 3_600_000), "hour");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function show(value: unknown): string {
  return clip(value instanceof Date ? value.toISOString() : String(value), 200);
}
