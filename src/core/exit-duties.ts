import type { Block, ExitCase, ExitDocument } from './exit-document.ts';
import { datesOf, personOf, referenceOf, words } from './exit-words.ts';
import type { Language } from './language.ts';

/** A numbered paragraph. */
interface Paragraph {
  readonly title: string;
  readonly text: string;
  /** What it may say depends on contract and country. */
  readonly forCounsel?: true;
}

/**
 * What goes on after the end, for signature. It recalls what contract, rules and law say, and adds nothing to
 * them: which duties somebody has, no program can know.
 */
export function continuingDuties(it: ExitCase, language: Language): ExitDocument {
  const said = texts[language];
  const numbered = said.paragraphs.flatMap(({ title, text }, i): Block[] => [
    { is: 'heading', text: `${i + 1}. ${title}` },
    { is: 'text', text },
  ]);
  const toCheck = said.paragraphs.flatMap(({ forCounsel }, i) => (forCounsel ? [`${i + 1}`] : []));
  const blocks: Block[] = [
    { is: 'facts', rows: [...personOf(it, language), ...datesOf(it, language).slice(2, 3)] },
    { is: 'text', text: said.opening(it.company) },
    ...numbered,
    { is: 'heading', text: said.signing },
    { is: 'text', text: said.signingText },
    {
      is: 'signatures',
      people: [it.person.name, said.forCompany(it.company)],
      below: words[language].signature,
    },
    { is: 'quiet', text: said.counsel(toCheck) },
  ];
  return {
    kind: 'duties',
    language,
    title: said.title,
    company: it.company,
    blocks,
    reference: referenceOf(it, language),
  };
}

interface Texts {
  readonly title: string;
  readonly opening: (company: string) => string;
  readonly paragraphs: readonly Paragraph[];
  readonly signing: string;
  readonly signingText: string;
  readonly forCompany: (company: string) => string;
  readonly counsel: (toCheck: readonly string[]) => string;
}

const texts: Record<Language, Texts> = {
  en: {
    title: 'Acknowledgement of continuing duties',
    opening: (company) =>
      `This page recalls what may go on after the end of work for ${company}. It adds no duty and takes ` +
      'no right away: what applies is what contract, agreements and law say.',
    paragraphs: [
      {
        title: 'Confidentiality',
        text:
          'What I learned in confidence I keep confidential, as far and as long as my contract, an agreement ' +
          'or the law says so.',
        forCounsel: true,
      },
      {
        title: 'Documents and data',
        text:
          'I have returned documents, files and copies that belong to the company, or will do so by the end. ' +
          'I keep no copies on private devices or in private accounts, except those that are mine to keep, ' +
          'such as contract, payslips and references.',
      },
      {
        title: 'Data of other people',
        text:
          'Personal data of customers, colleagues and others that I knew from work I do not use or pass on, ' +
          'unless I am allowed or obliged to.',
        forCounsel: true,
      },
      {
        title: 'Access that was forgotten',
        text: 'Should I still have access somewhere by mistake, I do not use it, and tell the company.',
      },
      {
        title: 'Other agreements',
        text:
          'Agreements that I signed, for example on inventions, customers or work for others, stay as they ' +
          'are. This page neither extends nor renews them, and is no such agreement itself.',
        forCounsel: true,
      },
      {
        title: 'What stays free',
        text:
          'Nothing here keeps me from what the law allows or asks: reporting a breach of the law, speaking ' +
          'with authorities or courts, taking advice, or speaking about pay and working conditions.',
        forCounsel: true,
      },
    ],
    signing: 'Signature',
    signingText:
      'I have read this page and had time to ask. I was given a copy. My signature confirms that I know of it, ' +
      'nothing more.',
    forCompany: (company) => `For ${company}`,
    counsel: (toCheck) =>
      `For the company, no part of the above: have counsel check this page before it is used, above all ` +
      `paragraphs ${toCheck.join(', ')}. What they may say depends on the contract and the country.`,
  },
  de: {
    title: 'Kenntnisnahme fortgeltender Pflichten',
    opening: (company) =>
      `Diese Seite erinnert daran, was nach dem Ende der Arbeit für ${company} weiter gelten kann. Sie ` +
      'begründet keine Pflicht und nimmt kein Recht: Es gilt, was Vertrag, Vereinbarungen und Gesetz sagen.',
    paragraphs: [
      {
        title: 'Vertraulichkeit',
        text:
          'Was ich vertraulich erfahren habe, behandle ich weiter vertraulich, soweit und solange mein ' +
          'Vertrag, eine Vereinbarung oder das Gesetz es verlangt.',
        forCounsel: true,
      },
      {
        title: 'Unterlagen und Daten',
        text:
          'Unterlagen, Dateien und Kopien, die dem Unternehmen gehören, habe ich zurückgegeben oder gebe sie ' +
          'bis zum Ende zurück. Auf privaten Geräten und in privaten Konten behalte ich keine Kopien, außer ' +
          'denen, die mir zustehen, etwa Vertrag, Abrechnungen und Zeugnisse.',
      },
      {
        title: 'Daten anderer Menschen',
        text:
          'Personenbezogene Daten, die ich aus der Arbeit kenne, etwa aus der Kundschaft oder dem Kollegium, ' +
          'nutze ich nicht und gebe sie nicht weiter, außer wenn ich es darf oder muss.',
        forCounsel: true,
      },
      {
        title: 'Vergessene Zugänge',
        text: 'Sollte ich irgendwo aus Versehen noch Zugang haben, nutze ich ihn nicht und sage es dem Unternehmen.',
      },
      {
        title: 'Andere Vereinbarungen',
        text:
          'Vereinbarungen, die ich unterschrieben habe, zum Beispiel über Erfindungen, Kundschaft oder ' +
          'Tätigkeiten für andere, bleiben, wie sie sind. Diese Seite erweitert oder erneuert sie nicht und ' +
          'ist selbst keine solche Vereinbarung.',
        forCounsel: true,
      },
      {
        title: 'Was frei bleibt',
        text:
          'Nichts hier hindert mich an dem, was das Gesetz erlaubt oder verlangt: Verstöße zu melden, mit ' +
          'Behörden oder Gerichten zu sprechen, mich beraten zu lassen oder über Bezahlung und ' +
          'Arbeitsbedingungen zu sprechen.',
        forCounsel: true,
      },
    ],
    signing: 'Unterschrift',
    signingText:
      'Ich habe diese Seite gelesen, hatte Zeit für Fragen und habe eine Kopie erhalten. Meine Unterschrift ' +
      'bestätigt, dass ich sie kenne, mehr nicht.',
    forCompany: (company) => `Für ${company}`,
    counsel: (toCheck) =>
      'Für das Unternehmen, nicht Teil der Erklärung: Lassen Sie diese Seite vor der Verwendung rechtlich ' +
      `prüfen, vor allem die Absätze ${toCheck.join(', ')}. Was sie sagen dürfen, hängt von Vertrag und Land ab.`,
  },
};
