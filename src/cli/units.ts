// Lengths, amounts and times as people read them.

/** 840 ms, 2.1 s, 4 min 12 s, 3 h 05 min, 2 d 4 h. */
export function length(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86_400)
    return `${Math.floor(seconds / 3_600)} h ${String(Math.floor((seconds % 3_600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3_600)} h`;
}

/** 0.0123 USD; no more digits than tell something. */
export function money(usd: number): string {
  return `${usd >= 1 || usd === 0 ? usd.toFixed(2) : usd >= 0.01 ? usd.toFixed(4).replace(/0{1,2}$/, "") : usd.toPrecision(2)} USD`;
}

/** 950, 12k, 3.4M. */
export function count(number: number): string {
  if (number < 10_000) return String(number);
  return number < 1_000_000 ? `${Math.round(number / 1_000)}k` : `${(number / 1_000_000).toFixed(1)}M`;
}

/** `1 step`, `2 steps`. */
export function plural(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** 2026-01-15 09:00:00, in the machine's zone. */
export function clockTime(at: number): string {
  const it = new Date(at);
  const two = (part: number): string => String(part).padStart(2, "0");
  const day = `${it.getFullYear()}-${two(it.getMonth() + 1)}-${two(it.getDate())}`;
  return `${day} ${two(it.getHours())}:${two(it.getMinutes())}:${two(it.getSeconds())}`;
}
