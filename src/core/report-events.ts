import type { Language } from './language.ts';
import type { ReportBlock, Row } from './report.ts';
import type { Story, Told } from './report-story.ts';
import { actorOf, factTitle, stepName, systemName } from './report-words.ts';

/** Every fact on one line, so that what stands above can be found in events/. */
export function factsBlocks(story: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  return [
    { is: 'heading', text: said.title },
    {
      is: 'table',
      caption: said.caption,
      columns: [
        { head: said.number, share: 0.07 },
        { head: said.time, share: 0.17 },
        { head: said.what, share: 0.29 },
        { head: said.step, share: 0.32 },
        { head: said.by, share: 0.15 },
      ],
      dense: true,
      rows: story.told.map((it) => rowOf(it, story, language)),
    },
  ];
}

function rowOf(it: Told, story: Story, language: Language): Row {
  const { event } = it;
  const leaf: unknown = JSON.parse(event.leaf);
  const id: unknown = Reflect.get(Object(Reflect.get(Object(leaf), 'step')), 'id');
  const step = story.steps.find((one) => one.id === id);
  const place = [
    ...(step ? [stepName(step, language)] : []),
    ...(event.system === null ? [] : [systemName(event.system, story)]),
  ];
  return {
    cells: [
      [`${event.idx}`],
      [event.at.toISOString().slice(0, 19).replace('T', ' ')],
      [factTitle(event.type, language)],
      [place.join(' · ')],
      [actorOf(it, story, language)],
    ],
  };
}

const texts = {
  en: {
    title: 'All facts',
    caption: 'Each fact of the case, in its order; the number is that of its file in events/',
    number: 'No.',
    time: 'Time (UTC)',
    what: 'Fact',
    step: 'Step and system',
    by: 'By',
  },
  de: {
    title: 'Alle Einträge',
    caption:
      'Jeder Eintrag des Vorgangs in seiner Reihenfolge; die Nummer ist die seiner Datei in events/',
    number: 'Nr.',
    time: 'Zeit (UTC)',
    what: 'Eintrag',
    step: 'Schritt und System',
    by: 'Von',
  },
};
