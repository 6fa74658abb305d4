// Units a number may carry, by what they measure. Two stated units must measure
// the same; 1200 nM and 1.2 µM are one amount.

export interface Unit {
  /** As folded: micro written u. */
  readonly name: string;
  readonly dimension: string;
  /** How many of the dimension's base unit one of these is. */
  readonly factor: number;
}

const prefixes: Readonly<Record<string, number>> = {
  f: 1e-15,
  p: 1e-12,
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** Unit, dimension, prefixes it is used with. */
const prefixed: readonly (readonly [string, string, string])[] = [
  ["M", "concentration", "f p n u m"],
  ["g", "mass", "p n u m k"],
  ["m", "length", "n u m k"],
  ["L", "volume", "n u m"],
  ["l", "volume", "n u m"],
  ["s", "time", "n u m"],
  ["mol", "amount", "f p n u m"],
  ["Da", "molecular mass", "k M"],
  ["V", "voltage", "u m k"],
  ["A", "current", "n u m"],
  ["W", "power", "m k M G"],
  ["Wh", "energy", "k M G"],
  ["J", "energy in joule", "m k M"],
  ["cal", "food energy", "k"],
  ["Hz", "frequency", "k M G"],
  ["B", "bytes", "k M G T"],
  ["Pa", "pressure", "k M"],
  ["bp", "base pairs", "k M"],
];

const words: readonly (readonly [string, string, number])[] = [
  ["% percent percentage pct", "percent", 1],
  ["KB", "bytes", 1e3],
  ["cm cms centimeter centimeters centimetre centimetres", "length", 1e-2],
  ["Å angstrom", "length", 1e-10],
  ["dL dl", "volume", 0.1],
  ["liter liters litre litres", "volume", 1],
  ["micromolar", "concentration", 1e-6],
  ["nanomolar", "concentration", 1e-9],
  ["millimolar", "concentration", 1e-3],
  ["sec secs second seconds", "time", 1],
  ["min mins minute minutes", "time", 60],
  ["h hr hrs hour hours", "time", 3_600],
  ["day days", "time", 86_400],
  ["week weeks", "time", 604_800],
  ["mo month months", "months", 1],
  ["yr yrs year years", "months", 12],
  ["°C", "Celsius", 1],
  ["°F", "Fahrenheit", 1],
  ["K", "kelvin", 1],
  ["$ USD dollar dollars", "USD", 1],
  ["€ EUR euro euros", "EUR", 1],
  ["£ GBP", "GBP", 1],
  ["CHF", "CHF", 1],
  ["x × fold -fold times", "times", 1],
];

const table = new Map<string, Unit>();
for (const [name, dimension, used] of prefixed) {
  for (const prefix of ["", ...used.split(" ")]) add(`${prefix}${name}`, dimension, prefixes[prefix]!);
}
for (const [names, dimension, factor] of words)
  for (const name of names.split(" ")) add(name, dimension, factor);

function add(name: string, dimension: string, factor: number): void {
  if (!table.has(name)) table.set(name, { name, dimension, factor });
}

/** The unit a word means; the case counts (mM is not MM), either micro sign is u. */
export function unitNamed(word: string): Unit | undefined {
  return table.get(word.replace(/[µμ]/, "u").replace(/^º/, "°"));
}

/** The unit a member's name ends in: `ic50_uM`, `share_percent`. One letter is no unit there. */
export function unitOfKey(key: string): Unit | undefined {
  const end = /[_ ]\(?([A-Za-zµμ%°]{2,8})\)?$/.exec(key)?.[1];
  return end === undefined ? undefined : unitNamed(end);
}
