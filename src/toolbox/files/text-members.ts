// A schema of texts, written out: the tools need no schema library.

import type { Schema, StandardJSONSchemaV1 } from "../../tool/tool.ts";

/** An object whose members are all texts; each with what it means. */
export function textMembers<Args extends object>(
  members: Readonly<Record<keyof Args & string, string>>,
): Schema<Args, Args> & StandardJSONSchemaV1<Args> {
  const names = Object.keys(members) as (keyof Args & string)[];
  const json = (): Record<string, unknown> => ({
    type: "object",
    properties: Object.fromEntries(
      names.map((name) => [name, { type: "string", description: members[name] }]),
    ),
    required: names,
    additionalProperties: false,
  });
  return {
    "~standard": {
      version: 1,
      vendor: "firebreak",
      jsonSchema: { input: json, output: json },
      validate: (value) => {
        const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
        const issues = names
          .filter((name) => typeof given[name] !== "string")
          .map((name) => ({ message: `${name} must be a text`, path: [name] }));
        if (issues.length > 0) return { issues };
        return { value: Object.fromEntries(names.map((name) => [name, given[name]])) as Args };
      },
    },
  };
}
