import { defineConfig } from "firebreak";
import { baselineJob, baselineModel } from "firebreak/standin";

const quoter = baselineJob<{ text: string }>({
  agent: "quoter",
  run: ({ text }) => ({ answer: { quote: text.split("\n")[1] ?? "" } }),
});

export default defineConfig({ aliases: { fast: baselineModel({ jobs: [quoter] }) } });
