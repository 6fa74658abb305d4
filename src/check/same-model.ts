/**
 * True when two ids name one model, whoever serves it: `openai:gpt-5` and `azure:gpt-5`, `anthropic:claude-haiku-4-5`
 * and `openrouter:anthropic/claude-haiku-4-5`. A dated version counts as its model.
 */
export function sameModel(first: string, second: string): boolean {
  return bare(first) === bare(second);
}

function bare(id: string): string {
  const name = id
    .slice(id.indexOf(":") + 1)
    .split("/")
    .at(-1)!
    .toLowerCase();
  return name.replace(/[-@:](?:20\d{6}|20\d{2}-\d{2}-\d{2}|latest)$/, "").replaceAll(".", "-");
}
