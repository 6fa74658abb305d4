// A numerical program of the size a model writes, and data with known answers
// for it: two-parameter dose-response curves with a little seeded noise.

import { seededRandom } from "../../src/base/random.ts";

export interface Curve {
  readonly name: string;
  readonly logIc50: number;
  readonly hill: number;
}

const pointsPerCurve = 24;

export function curves(): Curve[] {
  const random = seededRandom("curves");
  return Array.from({ length: 319 }, (_, index) => ({
    name: `c${index}`,
    logIc50: random() * 3 - 1.5,
    hill: 0.7 + random(),
  }));
}

export function measuredCsv(): string {
  const random = seededRandom("noise");
  const lines = curves().flatMap(({ name, logIc50, hill }) =>
    Array.from({ length: pointsPerCurve }, (_, point) => {
      const logDose = -3 + (5 * (point >> 1)) / 11;
      const inhibition = 100 / (1 + 10 ** (hill * (logIc50 - logDose))) + (random() - 0.5) * 2;
      return `${name},${(10 ** logDose).toPrecision(6)},${inhibition.toFixed(4)}`;
    }),
  );
  return ["curve,dose,inhibition", ...lines].join("\n");
}

/** Levenberg-Marquardt over each curve; writes fits.json in the order of the table. */
export const fitProgram = `
const [, ...rows] = readFile("points.csv").trim().split("\\n").map((line) => line.split(","));
const curves = new Map();
for (const [curve, dose, inhibition] of rows) {
  if (!curves.has(curve)) curves.set(curve, []);
  curves.get(curve).push([Math.log10(Number(dose)), Number(inhibition)]);
}
function normal(points, p, h) {
  let [sse, a, b, c, g, k] = [0, 0, 0, 0, 0, 0];
  for (const [x, y] of points) {
    const e = Math.pow(10, h * (p - x)), f = 100 / (1 + e), r = y - f;
    const d = -f * e / (1 + e) * Math.LN10, dp = d * h, dh = d * (p - x);
    sse += r * r; a += dp * dp; b += dp * dh; c += dh * dh; g += dp * r; k += dh * r;
  }
  return { sse, a, b, c, g, k };
}
function fit(points) {
  let [p, h, lambda] = [0, 1, 1e-3], at = normal(points, p, h);
  for (let turn = 0; turn < 200; turn += 1) {
    const A = at.a * (1 + lambda), C = at.c * (1 + lambda), det = A * C - at.b * at.b;
    const dp = (C * at.g - at.b * at.k) / det, dh = (A * at.k - at.b * at.g) / det;
    const next = normal(points, p + dp, h + dh);
    if (next.sse < at.sse) {
      const gain = at.sse - next.sse;
      p += dp; h += dh; at = next; lambda /= 10;
      if (gain < 1e-10 * (1 + at.sse)) break;
    } else if ((lambda *= 10) > 1e12) break;
  }
  return { logIc50: p, hill: h, sse: at.sse };
}
const fits = [...curves].map(([curve, points]) => ({ curve, ...fit(points) }));
writeFile("fits.json", JSON.stringify(fits));
console.log(fits.length + " curves fitted");
`;
