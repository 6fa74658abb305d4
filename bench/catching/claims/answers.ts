// Answers of models that were offered tools and called none: whatever they say, nothing was done.

import { readRows, text } from "../data.ts";

export interface Answer {
  readonly question: string;
  readonly answer: string;
}

/**
 * Answers in prose to the questions of tools-bfcl that no offered function fits; none without the data. Answers of fewer
 * than eight words, and those that are lists or objects, are calls or fragments and left out.
 */
export function answersWithoutCall(data: string | undefined): readonly Answer[] {
  const questions = new Map(
    (readRows(data, "tools-bfcl", "questions.jsonl") ?? [])
      .filter((it) => it["category"] === "relevance")
      .map((it) => [text(it, "id"), spoken(it["question"])]),
  );
  return (readRows(data, "tools-bfcl", "model-outputs.jsonl") ?? []).flatMap((it) => {
    const question = questions.get(text(it, "id"));
    const answer = it["output"];
    return question !== undefined && typeof answer === "string" && isProse(answer)
      ? [{ question, answer }]
      : [];
  });
}

function spoken(question: unknown): string {
  return typeof question === "string" ? question : JSON.stringify(question);
}

/** True for words; false for what is written as a call. */
export function isProse(answer: string): boolean {
  return answer.split(/\s+/).length >= 8 && !/^\s*[[{]/.test(answer);
}
