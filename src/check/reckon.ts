// What the four operations and a mean make of a list of exact numbers.

import { add, divide, type Exact, fraction, multiply, subtract, zero } from "./exact.ts";

export type Operation = "sum" | "product" | "difference" | "mean" | "ratio";

/** Undefined for a division by nothing, and for an operation over no numbers that needs one. */
export function fold(op: Operation, [first, ...rest]: readonly Exact[]): Exact | undefined {
  if (first === undefined) return op === "sum" ? zero : undefined;
  switch (op) {
    case "sum":
      return rest.reduce(add, first);
    case "product":
      return rest.reduce(multiply, first);
    case "difference":
      return rest.reduce(subtract, first);
    case "mean":
      return divide(rest.reduce(add, first), fraction(BigInt(rest.length + 1)));
    case "ratio":
      return rest.reduce<Exact | undefined>((all, it) => (all === undefined ? all : divide(all, it)), first);
  }
}
