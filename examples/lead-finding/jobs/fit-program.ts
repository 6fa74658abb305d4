// The analyst's program, written from a template by column meaning. It runs in the sandbox, where there is nothing but
// readFile, writeFile and console.log: plain JavaScript, no imports.
//
// Method: Levenberg-Marquardt over the decimal logarithms of both parameters, inside a box, from several starts.

import type { PointColumns } from "../curves.ts";
import type { FitRule } from "../rules.ts";

/** File the program writes. */
export const fitsFile = "fits.json";

const template = `
(() => {
const table = readFile(FILE).trim().split(/\\r?\\n/).map((line) => line.replace(/"/g, '').split(','));
const head = table.shift();
function place(name) {
  const at = head.indexOf(name);
  if (at < 0) throw new Error('no column "' + name + '" in ' + FILE + '; its first line is: ' + head.join(','));
  return at;
}
const [iCompound, iAssay, iRun, iX, iY, iOut] = COLUMNS.map(place);
const groups = new Map();
for (const cells of table) {
  const id = [cells[iCompound], cells[iAssay], cells[iRun]];
  const tag = id.join('|');
  if (!groups.has(tag)) groups.set(tag, { id, x: [], y: [] });
  const group = groups.get(tag);
  if (Number(cells[iOut]) !== KEEP) continue;
  group.x.push(Number(cells[iX]));
  group.y.push(Number(cells[iY]));
}
const predict = (K, h, x) => MODEL;
const [lowK, highK, lowH, highH] = BOX.map(Math.log10);
const clamp = (v, low, high) => Math.min(high, Math.max(low, v));
function sse(g, a, b) {
  const K = 10 ** a, h = 10 ** b;
  let sum = 0;
  for (let i = 0; i < g.x.length; i++) { const d = g.y[i] - predict(K, h, g.x[i]); sum += d * d; }
  return sum;
}
// Sums of the normal equations at (a, b); a parameter held at its edge is left out of the step.
function normal(g, a, b) {
  const e = 1e-5, s = { aa: 0, ab: 0, bb: 0, ra: 0, rb: 0 };
  const K = 10 ** a, h = 10 ** b, Kp = 10 ** (a + e), Km = 10 ** (a - e), hp = 10 ** (b + e), hm = 10 ** (b - e);
  for (let i = 0; i < g.x.length; i++) {
    const x = g.x[i], r = g.y[i] - predict(K, h, x);
    const da = (predict(Kp, h, x) - predict(Km, h, x)) / (2 * e), db = (predict(K, hp, x) - predict(K, hm, x)) / (2 * e);
    s.aa += da * da; s.ab += da * db; s.bb += db * db; s.ra += da * r; s.rb += db * r;
  }
  return s;
}
function descend(g, a, b) {
  let best = sse(g, a, b), damp = 1e-3, idle = 0;
  for (let turn = 0; turn < 500 && damp < 1e12 && idle < 3; turn++) {
    const s = normal(g, a, b);
    const holdA = (a <= lowK && s.ra < 0) || (a >= highK && s.ra > 0);
    const holdB = (b <= lowH && s.rb < 0) || (b >= highH && s.rb > 0);
    let moved = false;
    while (!moved && damp < 1e12) {
      const m11 = s.aa * (1 + damp) + 1e-12, m22 = s.bb * (1 + damp) + 1e-12;
      const m12 = holdA || holdB ? 0 : s.ab, det = m11 * m22 - m12 * m12;
      let stepA = holdA ? 0 : (s.ra * m22 - s.rb * m12) / det, stepB = holdB ? 0 : (s.rb * m11 - s.ra * m12) / det;
      const long = Math.max(Math.abs(stepA), Math.abs(stepB));
      if (long > 1) { stepA /= long; stepB /= long; }
      const nextA = clamp(a + stepA, lowK, highK), nextB = clamp(b + stepB, lowH, highH), trial = sse(g, nextA, nextB);
      if (trial < best) {
        idle = best - trial < 1e-13 * best ? idle + 1 : 0;
        a = nextA; b = nextB; best = trial; damp = Math.max(damp / 10, 1e-9); moved = true;
      } else damp *= 10;
    }
  }
  return { a, b, best };
}
function fit(g) {
  const seeds = [];
  for (let a = Math.max(lowK, -3); a <= Math.min(highK, 4); a += 0.5)
    for (const b of [-0.7, 0, 0.7]) seeds.push({ a, b, first: sse(g, a, b) });
  seeds.push({ a: highK, b: lowH, first: sse(g, highK, lowH) });
  seeds.sort((one, two) => one.first - two.first);
  const ends = seeds.slice(0, 3).map((seed) => descend(g, seed.a, seed.b));
  for (const b of [-1, 1]) ends.push(descend(g, seeds[0].a, clamp(b, lowH, highH)));
  return ends.reduce((x, y) => (y.best < x.best ? y : x));
}
const done = [];
for (const g of groups.values()) {
  const entry = { compound_id: g.id[0], assay: g.id[1], run: g.id[2] };
  const centre = g.y.reduce((t, y) => t + y, 0) / g.y.length, spread = g.y.reduce((t, y) => t + (y - centre) ** 2, 0);
  const usable = g.x.concat(g.y).every(Number.isFinite);
  if (g.x.length < 3) { done.push({ ...entry, kind: 'not fitted', why: 'only ' + g.x.length + ' points count' }); continue; }
  if (!usable || spread === 0) {
    done.push({ ...entry, kind: 'not fitted', why: usable ? 'all responses are equal' : 'a cell is no number' });
    continue;
  }
  const f = fit(g), at_edge = [];
  if (f.a <= lowK + 1e-9 || f.a >= highK - 1e-9) at_edge.push('ic50_uM');
  if (f.b <= lowH + 1e-9 || f.b >= highH - 1e-9) at_edge.push('hill');
  const tidy = (v) => Number(v.toPrecision(10));
  done.push({ ...entry, kind: 'fitted', ic50_uM: tidy(10 ** f.a), hill: tidy(10 ** f.b), r2: tidy(1 - f.best / spread), points: g.x.length, at_edge });
}
writeFile(OUTPUT, JSON.stringify(done));
console.log(done.length + ' curves, ' + done.filter((it) => it.kind === 'fitted').length + ' fitted');
})();
`;

/** Fills the template. Names are written as literals of their own, so no name can become code. */
export function fitProgram(file: string, columns: PointColumns, rule: FitRule): string {
  const { compound, assay, run, concentration, inhibition, excluded } = columns;
  const literal = (text: string): string =>
    `'${JSON.stringify(text).slice(1, -1).replaceAll("'", "\\'").replaceAll('\\"', '"')}'`;
  const names = [compound, assay, run, concentration, inhibition, excluded].map(literal);
  const parts: Readonly<Record<string, string>> = {
    FILE: literal(file),
    COLUMNS: `[\n  ${names.join(",\n  ")},\n]`,
    KEEP: String(rule.filter.equals),
    MODEL: rule.expression
      .replaceAll(" ", "")
      .replaceAll("ic50", "K")
      .replaceAll("hill", "h")
      .replaceAll(/\bc\b/g, "x"),
    BOX: `[${[...rule.space.ic50, ...rule.space.hill].join(", ")}]`,
    OUTPUT: literal(fitsFile),
  };
  return template
    .trimStart()
    .replaceAll(/\b(FILE|COLUMNS|KEEP|MODEL|BOX|OUTPUT)\b/g, (word) => parts[word] ?? word);
}
