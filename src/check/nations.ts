// Nations whose name, people and short forms do not share a stem. Folded as words are.

const rows: readonly string[] = [
  "us,usa,america,american,americans,united states",
  "uk,britain,british,briton,britons,united kingdom",
  "eu,european union",
  "un,united nations",
  "uae,united arab emirates",
  "france,french",
  "spain,spanish,spaniard,spaniards",
  "netherlands,dutch,holland",
  "england,english",
  "ireland,irish",
  "scotland,scottish,scots",
  "wales,welsh",
  "denmark,danish,danes",
  "sweden,swedish,swedes",
  "finland,finnish,finns",
  "norway,norwegian,norwegians",
  "iceland,icelandic",
  "poland,polish,poles",
  "switzerland,swiss",
  "turkey,turkish,turks",
  "portugal,portuguese",
  "greece,greek,greeks",
  "philippines,filipino,filipinos,philippine",
  "thailand,thai",
  "new zealand,new zealander,new zealanders",
  "czech republic,czech,czechia",
  "germany,german,germans",
  "cyprus,cypriot",
  "peru,peruvian",
  "iraq,iraqi",
  "afghanistan,afghan",
  "pakistan,pakistani",
  "uzbekistan,uzbek",
  "kazakhstan,kazakh",
  "congo,congolese",
  "niger,nigerien",
  "burma,myanmar,burmese",
];

const table = new Map<string, readonly string[]>(
  rows.flatMap((row) => {
    const names = row.split(",");
    return names.map((it) => [it, names.filter((other) => other !== it)] as const);
  }),
);

/** Other words for the same nation or its people; empty for a word that is none. */
export function sameNation(folded: string): readonly string[] {
  return table.get(folded) ?? [];
}
