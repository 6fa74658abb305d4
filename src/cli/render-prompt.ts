// What was sent to a model, as it was sent: the first turn's messages, then each answer and tool result that the
// next turn carried.

import { decodedInput, decodedOutput, flatten, type RunView, type StepView } from "../journal/view.ts";
import { clean, oneLine } from "./plain-text.ts";
import { valueText } from "./render-value.ts";
import type { Screen } from "./screen.ts";

/** Lines for every model call in or below these steps. */
export function promptLines(screen: Screen, view: RunView, steps: readonly StepView[]): string[] {
  const said = [...flatten(steps)].filter((it) => it.kind === "model" || it.kind === "tool");
  const calls = said.filter((it) => it.kind === "model");
  if (calls.length === 0) return ["No model was called here."];
  return said.flatMap((it) =>
    it.kind === "model" ? modelLines(screen, view, it) : toolLines(screen, view, it),
  );
}

function modelLines(screen: Screen, view: RunView, step: StepView): string[] {
  const input = membersOf(decodedInput(view, step));
  const head = screen.style(
    "bold",
    `${step.path.map(oneLine).join(" › ")}, turn ${String(input["turn"] ?? 1)}, to ${oneLine(step.model ?? String(input["model"] ?? "a model"))}`,
  );
  const messages = Array.isArray(input["prompt"])
    ? input["prompt"].flatMap((it: unknown) => messageLines(screen, it))
    : ["  (the messages above, with the answers and results since)"];
  const tools = Array.isArray(input["tools"])
    ? input["tools"].map((it: unknown) => String(membersOf(it)["name"]))
    : [];
  const schema = input["outputSchema"];
  return [
    head,
    ...messages,
    ...(tools.length > 0 ? [screen.style("cyan", `  tools: ${oneLine(tools.join(", "))}`)] : []),
    ...(schema === undefined ? [] : [screen.style("cyan", "  answer as"), ...indent(JSON.stringify(schema))]),
    screen.style("cyan", "  answer"),
    ...answerLines(decodedOutput(step)),
    "",
  ];
}

function messageLines(screen: Screen, message: unknown): string[] {
  const { role, content } = membersOf(message);
  const parts = Array.isArray(content) ? content.map(partText) : [valueText(content)];
  return [screen.style("cyan", `  ${oneLine(String(role ?? "message"))}`), ...parts.flatMap(indent)];
}

function partText(part: unknown): string {
  const members = membersOf(part);
  return typeof members["text"] === "string" ? members["text"] : valueText(part);
}

function answerLines(answer: unknown): string[] {
  const { parts, failed } = membersOf(answer);
  if (Array.isArray(parts)) return parts.map(partText).flatMap(indent);
  return indent(valueText(failed ?? answer ?? "(none)"));
}

function toolLines(screen: Screen, view: RunView, step: StepView): string[] {
  return [
    screen.style("cyan", `  tool ${oneLine(step.name)}`),
    ...indent(valueText(decodedInput(view, step) ?? null)),
    screen.style("cyan", "  gave"),
    ...indent(valueText(step.message ?? decodedOutput(step) ?? null)),
  ];
}

function indent(text: string): string[] {
  return clean(text)
    .split("\n")
    .map((line) => `    ${line}`);
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
