// The checker's program: the same least-squares objective by another way, written from scratch and without a view of
// any other program. It asks for no slope: Nelder-Mead simplexes over (log IC50, log Hill), begun at each local low of a
// coarse map, the box kept by reflection, then a golden-section polish along each axis.

import type { PointColumns } from "../curves.ts";
import type { FitRule } from "../rules.ts";

/** File the program writes. */
export const refitFile = "refit.json";

const template = `
(function () {
var text = readFile(SOURCE_NAME);
var records = [];
text.split('\\n').forEach(function (raw) {
  var line = raw.replace('\\r', '').split('"').join('');
  if (line !== '') records.push(line.split(','));
});
var titles = records[0];
var where = {};
var wanted = WANTED;
Object.keys(wanted).forEach(function (role) {
  where[role] = titles.indexOf(wanted[role]);
  if (where[role] === -1) throw new Error('column missing: ' + wanted[role] + ' (present: ' + titles.join(', ') + ')');
});
var curves = {}, order = [];
records.slice(1).forEach(function (record) {
  var label = JSON.stringify([record[where.who], record[where.test], record[where.time]]);
  if (!(label in curves)) { curves[label] = []; order.push(label); }
  if (+record[where.drop] === COUNTED) curves[label].push([+record[where.dose], +record[where.effect]]);
});
var box = LIMITS.map(function (edge) { return Math.log(edge); });
function fold(value, least, most) {
  if (value < least) value = least + (least - value);
  if (value > most) value = most - (value - most);
  return value < least ? least : value > most ? most : value;
}
function theory(half, slope, dose) { return FORMULA; }
function misfit(points, p) {
  var half = Math.exp(p[0]), slope = Math.exp(p[1]), total = 0, k = points.length;
  while (k--) { var gap = theory(half, slope, points[k][0]) - points[k][1]; total += gap * gap; }
  return total;
}
function inBox(p) { return [fold(p[0], box[0], box[1]), fold(p[1], box[2], box[3])]; }
function simplex(points, start, size) {
  var corners = [start, [start[0] + size, start[1]], [start[0], start[1] + size]].map(function (raw) {
    var p = inBox(raw);
    return { p: p, f: misfit(points, p) };
  });
  var rounds = 400;
  while (rounds-- > 0) {
    corners.sort(function (l, r) { return l.f - r.f; });
    var good = corners[0], mid = corners[1], bad = corners[2];
    var width = Math.abs(bad.p[0] - good.p[0]) + Math.abs(bad.p[1] - good.p[1]);
    if (width < 1e-9 && bad.f - good.f <= 1e-13 * (1 + good.f)) break;
    var c0 = (good.p[0] + mid.p[0]) / 2, c1 = (good.p[1] + mid.p[1]) / 2;
    var along = function (t) {
      var p = inBox([c0 + t * (bad.p[0] - c0), c1 + t * (bad.p[1] - c1)]);
      return { p: p, f: misfit(points, p) };
    };
    var mirror = along(-1), pick = mirror;
    if (mirror.f < good.f) { var far = along(-2); if (far.f < mirror.f) pick = far; }
    else if (mirror.f >= mid.f) pick = along(mirror.f < bad.f ? -0.5 : 0.5);
    if (pick.f < bad.f) { corners[2] = pick; continue; }
    corners = corners.map(function (corner) {
      var p = [(corner.p[0] + good.p[0]) / 2, (corner.p[1] + good.p[1]) / 2];
      return { p: p, f: misfit(points, p) };
    });
  }
  corners.sort(function (l, r) { return l.f - r.f; });
  return corners[0];
}
var gold = (Math.sqrt(5) - 1) / 2;
function polish(points, best, axis) {
  var least = Math.max(box[2 * axis], best.p[axis] - 0.02), most = Math.min(box[2 * axis + 1], best.p[axis] + 0.02);
  var at = function (v) { var p = best.p.slice(); p[axis] = v; return { p: p, f: misfit(points, p) }; };
  var one = at(most - gold * (most - least)), two = at(least + gold * (most - least)), left = 24;
  while (left-- > 0) {
    if (one.f < two.f) { most = two.p[axis]; two = one; one = at(most - gold * (most - least)); }
    else { least = one.p[axis]; one = two; two = at(least + gold * (most - least)); }
  }
  return [best, one, two, at(box[2 * axis]), at(box[2 * axis + 1])].sort(function (l, r) { return l.f - r.f; })[0];
}
function lows(points) {
  var wide = 12, tall = 7, map = [], u, v;
  for (u = 0; u < wide; u += 1) {
    map.push([]);
    for (v = 0; v < tall; v += 1) {
      var p = [box[0] + (box[1] - box[0]) * u / (wide - 1), box[2] + (box[3] - box[2]) * v / (tall - 1)];
      map[u].push({ p: p, f: misfit(points, p) });
    }
  }
  var found = [];
  map.forEach(function (column, x) {
    column.forEach(function (cell, y) {
      var near = [(map[x - 1] || [])[y], (map[x + 1] || [])[y], column[y - 1], column[y + 1]];
      if (near.every(function (other) { return !other || cell.f <= other.f; })) found.push(cell);
    });
  });
  return found.sort(function (l, r) { return l.f - r.f; }).slice(0, 3);
}
function solve(points) {
  var best = null;
  lows(points).forEach(function (cell) {
    var end = simplex(points, cell.p, 0.7);
    end = simplex(points, end.p, 0.1);
    if (best === null || end.f < best.f) best = end;
  });
  return polish(points, polish(points, polish(points, best, 0), 1), 0);
}
var answers = order.map(function (label) {
  var points = curves[label], name = JSON.parse(label), n = points.length;
  var answer = { compound_id: name[0], assay: name[1], run: name[2] };
  var level = 0, around = 0, sound = true;
  points.forEach(function (pair) { level += pair[1] / n; sound = sound && isFinite(pair[0]) && isFinite(pair[1]); });
  points.forEach(function (pair) { around += Math.pow(pair[1] - level, 2); });
  var reason = n < 3 ? 'too few counted points: ' + n : !sound ? 'not every cell is numeric' : around === 0 ? 'no spread' : '';
  if (reason !== '') { answer.kind = 'not fitted'; answer.why = reason; return answer; }
  var end = solve(points);
  var edges = ['ic50_uM', 'hill'].filter(function (_, axis) {
    return [box[2 * axis], box[2 * axis + 1]].some(function (edge) { return Math.abs(end.p[axis] - edge) < 1e-7; });
  });
  answer.kind = 'fitted';
  answer.ic50_uM = +Math.exp(end.p[0]).toPrecision(10);
  answer.hill = +Math.exp(end.p[1]).toPrecision(10);
  answer.r2 = +(1 - end.f / around).toPrecision(10);
  answer.points = n;
  answer.at_edge = edges;
  return answer;
});
writeFile(TARGET_NAME, JSON.stringify(answers));
console.log('refitted: ' + answers.length);
})();
`;

/** Fills the template. */
export function refitProgram(file: string, columns: PointColumns, rule: FitRule): string {
  const roles = {
    who: columns.compound,
    test: columns.assay,
    time: columns.run,
    dose: columns.concentration,
    effect: columns.inhibition,
    drop: columns.excluded,
  };
  const named = { ic50: "half", hill: "slope", c: "dose" } as const;
  const parts: Readonly<Record<string, string>> = {
    SOURCE_NAME: JSON.stringify(file),
    WANTED: JSON.stringify(roles, null, 1),
    COUNTED: String(rule.filter.equals),
    LIMITS: JSON.stringify([...rule.space.ic50, ...rule.space.hill]),
    FORMULA: rule.expression.replaceAll(/\b(ic50|hill|c)\b/g, (word) => named[word as keyof typeof named]),
    TARGET_NAME: JSON.stringify(refitFile),
  };
  const holes = /\b(SOURCE_NAME|WANTED|COUNTED|LIMITS|FORMULA|TARGET_NAME)\b/g;
  return template.trimStart().replaceAll(holes, (word) => parts[word] ?? word);
}
