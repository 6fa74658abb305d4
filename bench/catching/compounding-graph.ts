// What the compounding runs are made of: graphs of steps, faults planted with a chance, gates with a stated
// catch rate and false-alarm rate, and the closed forms the runs are held against.

/** Steps from 0, each with the steps whose values it builds on, all of smaller number. */
export interface Graph {
  readonly name: string;
  readonly parents: readonly (readonly number[])[];
  /** Steps whose values are looked at in the end. */
  readonly ends: readonly number[];
}

/** Twelve steps, each building on the one before. */
export const chain: Graph = {
  name: "chain",
  parents: Array.from({ length: 12 }, (_, at) => (at === 0 ? [] : [at - 1])),
  ends: [11],
};

/** Twelve steps that part and meet: diamonds within a fan. Three ends rest on 5, 9 and all 12 of them. */
export const lattice: Graph = {
  name: "DAG",
  parents: [[], [0], [0], [0], [1, 2], [2, 3], [4], [4, 5], [5], [6, 7], [7, 8], [9, 10]],
  ends: [11, 9, 8],
};

/** How many steps a step's value rests on, itself included. */
export function restsOn(graph: Graph, step: number): number {
  const seen = new Set<number>();
  const visit = (at: number): void => {
    if (seen.has(at)) return;
    seen.add(at);
    graph.parents[at]?.forEach(visit);
  };
  visit(step);
  return seen.size;
}

/** A simulated gate: it sees a fault of its own step with chance `catches`, and blames a right value with `alarms`. */
export interface Gate {
  readonly catches: number;
  readonly alarms: number;
}

/** Chance that a draft passes: right and not blamed, or wrong and not seen. */
export function passing(fault: number, gate: Gate): number {
  return (1 - fault) * (1 - gate.alarms) + fault * (1 - gate.catches);
}

/** Chance that a value which passed is wrong by its own step: q, or p where there is no gate. */
export function wrongAfter(fault: number, gate: Gate | undefined): number {
  return gate === undefined ? fault : (fault * (1 - gate.catches)) / passing(fault, gate);
}

/** Chance that an end is wrong: 1 - (1 - q)^n over the n steps it rests on. */
export function wrongEnd(graph: Graph, end: number, fault: number, gate: Gate | undefined): number {
  return 1 - (1 - wrongAfter(fault, gate)) ** restsOn(graph, end);
}

/** Drafts a step needs on average. */
export function draftsPerStep(fault: number, gate: Gate | undefined): number {
  return gate === undefined ? 1 : 1 / passing(fault, gate);
}
