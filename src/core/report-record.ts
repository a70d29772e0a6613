import type { Language } from './language.ts';
import type { Line, ReportBlock } from './report.ts';
import type { Story } from './report-story.ts';

/** Where the proof lies, and how somebody who trusts nobody checks it. */
export function recordBlocks({ record, summary }: Story, language: Language): ReportBlock[] {
  const said = texts[language];
  const code = (text: string): Line => ({ text, as: 'code' });
  return [
    { is: 'heading', text: said.title },
    { is: 'text', text: said.what(summary.facts) },
    {
      is: 'facts',
      rows: [
        [said.origin, code(record.origin)],
        [said.size, `${record.size}`],
        [said.root, code(record.root)],
        // The algorithm and the name and id of each key; the whole of it is too long to be read.
        ...record.vkeys.map((it): [string, Line] => [said.key, code(shortKey(it))]),
      ],
    },
    { is: 'text', text: said.check },
    { is: 'text', text: said.compare },
    { is: 'quiet', text: said.names },
  ];
}

/** Name and id; the key itself stands in `log.vkey`. */
const shortKey = (vkey: string): string => vkey.split('+').slice(0, 2).join('+');

const texts = {
  en: {
    title: 'The record, and how to check it',
    what: (facts: number) =>
      `All ${facts} facts of this case up to its last seal lie in events/, byte for byte, each with a proof that it is ` +
      'in the signed record named here. They are numbered without a gap and each names the one before, so none can be ' +
      'left out unseen. The facts, and the signed state, are also attached to this PDF.',
    origin: 'Origin of the record',
    size: 'Facts in it then',
    root: 'Root of its tree (SHA-256)',
    key: 'Signed by',
    check:
      'To check everything: gatehouse verify PACK.zip --trust trust.json, on any machine, without server or network. ' +
      'To check one fact with bash and openssl alone: bash verify.sh events/N.json events/N.tlog-proof log.vkey',
    compare:
      'A pack shows by itself that it is whole, not whose it is: compare origin and keys with what you received another ' +
      'way before.',
    names:
      'Names of systems, users and steps stand in no fact. They come from the settings of the day on which this report ' +
      'was made, and are here for reading only.',
  },
  de: {
    title: 'Das Protokoll, und wie man es prüft',
    what: (facts: number) =>
      `Alle ${facts} Einträge dieses Vorgangs bis zum letzten Siegel liegen in events/, Byte für Byte, jeder mit dem ` +
      'Beweis, dass er zu dem hier genannten signierten Protokoll gehört. Sie sind lückenlos nummeriert, und jeder nennt ' +
      'den vorigen, sodass keiner unbemerkt fehlen kann. Die Einträge und der signierte Stand sind auch diesem PDF angehängt.',
    origin: 'Herkunft des Protokolls',
    size: 'Einträge zu diesem Stand',
    root: 'Wurzel des Baums (SHA-256)',
    key: 'Signiert von',
    check:
      'Um alles zu prüfen: gatehouse verify PACK.zip --trust trust.json, auf jedem Rechner, ohne Server und Netz. Um einen ' +
      'Eintrag nur mit bash und openssl zu prüfen: bash verify.sh events/N.json events/N.tlog-proof log.vkey',
    compare:
      'Ein Paket zeigt selbst, dass es vollständig ist, nicht, von wem es stammt: Vergleichen Sie Herkunft und Schlüssel ' +
      'mit dem, was Sie vorher auf anderem Weg bekommen haben.',
    names:
      'Namen von Systemen, Nutzern und Schritten stehen in keinem Eintrag. Sie kommen aus den Einstellungen des Tages, an ' +
      'dem dieser Bericht entstand, und stehen hier nur zum Lesen.',
  },
};
