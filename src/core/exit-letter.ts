import type { Block, ExitCase, ExitDocument } from './exit-document.ts';
import { isOut, type Thing, thingsOf } from './exit-equipment.ts';
import { datesOf, dayOf, lastDayOf, referenceOf, words } from './exit-words.ts';
import type { Language } from './language.ts';

/** Tells somebody who leaves, in plain words, what happens when. */
export function exitLetter(it: ExitCase, language: Language): ExitDocument {
  const said = texts[language];
  const out = thingsOf(it).filter(isOut);
  const isListed = thingsOf(it).length > 0;
  const blocks: Block[] = [
    { is: 'text', text: said.greeting(it.person.name) },
    {
      is: 'text',
      text: it.isContractor ? said.openingOfContract(it.company) : said.opening(it.company),
    },
    {
      is: 'facts',
      rows: [
        ...datesOf(it, language),
        [words[language].confirmed, dayOf(it.confirmedAt, it, language)],
      ],
    },
    { is: 'heading', text: said.access },
    { is: 'text', text: said.accessText },
    { is: 'heading', text: said.equipment },
    ...(out.length > 0
      ? ([
          { is: 'text', text: said.pleaseReturn },
          {
            is: 'list',
            items: out.map((thing) => listed(thing, it, language)),
          },
          { is: 'text', text: said.receipt },
        ] as const)
      : [{ is: 'text', text: isListed ? said.allBack : said.noneListed } as const]),
    { is: 'heading', text: it.isContractor ? said.lastInvoice : said.lastPay },
    { is: 'text', text: it.isContractor ? said.lastInvoiceText : said.lastPayText },
    { is: 'heading', text: said.ask },
    { is: 'text', text: said.askText },
    { is: 'signatures', people: said.fillIn(it.company), below: said.below },
  ];
  const title = it.isContractor ? said.titleOfContract : said.title;
  return {
    kind: 'letter',
    language,
    title,
    company: it.company,
    blocks,
    reference: referenceOf(it, language),
  };
}

/** What may stay for a while is not asked for before that. */
function listed({ name, number, step }: Thing, it: ExitCase, language: Language): string {
  const thing = number ? `${name} (${number})` : name;
  const until = step.grade === 'waived' ? step.decision?.expiresAt : undefined;
  return until ? texts[language].later(thing, lastDayOf(until, it, language)) : thing;
}

const texts = {
  en: {
    title: 'Confirmation of the end of your employment',
    titleOfContract: 'Confirmation of the end of your contract',
    greeting: (name: string) => `Dear ${name},`,
    opening: (company: string) =>
      `This letter confirms that your employment with ${company} ends. These dates apply:`,
    openingOfContract: (company: string) =>
      `This letter confirms that your contract with ${company} ends. These dates apply:`,
    access: 'Your access',
    accessText:
      'Your access to our systems ends at the moment named above, by itself; you need not do anything. ' +
      'Your mailbox at work closes with it. Please see that we have a private address for whatever comes later.',
    equipment: 'Equipment',
    pleaseReturn: 'Please return what is listed under your name:',
    later: (thing: string, until: string) => `${thing}: you may keep it until ${until}`,
    receipt: 'You are given a receipt. Please erase nothing on devices; we do that.',
    allBack: 'Everything that was listed under your name is settled. Thank you.',
    noneListed:
      'Nothing is listed under your name. If you still have something of ours, such as a badge, keys or a ' +
      'company card, please return it.',
    lastPay: 'Your last pay',
    lastPayText:
      'Pay runs until the day named above. How holidays, expenses and advances that are still open are ' +
      'settled, HR or payroll will tell you with the last statement.',
    lastInvoice: 'Your last invoice',
    lastInvoiceText:
      'Please send what has not been invoiced yet. Payment follows what the contract says.',
    ask: 'Whom to ask',
    askText:
      'Please ask HR, at the address below. About equipment, ask whoever has written to you about it.',
    fillIn: (company: string) => ['Your contact in HR', `For ${company}`],
    below: 'Name, telephone or e-mail; place, date, signature',
  },
  de: {
    title: 'Bestätigung über das Ende Ihres Arbeitsverhältnisses',
    titleOfContract: 'Bestätigung über das Ende Ihres Vertrages',
    greeting: (name: string) => `Guten Tag ${name},`,
    opening: (company: string) =>
      `hiermit bestätigen wir, dass Ihr Arbeitsverhältnis mit ${company} endet. Es gelten diese Daten:`,
    openingOfContract: (company: string) =>
      `hiermit bestätigen wir, dass Ihr Vertrag mit ${company} endet. Es gelten diese Daten:`,
    access: 'Ihr Zugang',
    accessText:
      'Ihr Zugang zu unseren Systemen endet zum oben genannten Zeitpunkt von selbst; Sie müssen nichts ' +
      'tun. Auch Ihr Postfach bei der Arbeit schließt dann. Bitte sorgen Sie dafür, dass wir für alles ' +
      'Spätere eine private Adresse von Ihnen haben.',
    equipment: 'Arbeitsmittel',
    pleaseReturn: 'Bitte geben Sie zurück, was unter Ihrem Namen geführt wird:',
    later: (thing: string, until: string) => `${thing}: dürfen Sie bis ${until} behalten`,
    receipt:
      'Sie erhalten eine Empfangsbestätigung. Bitte löschen Sie auf Geräten nichts; das erledigen wir.',
    allBack: 'Alles, was unter Ihrem Namen geführt wurde, ist erledigt. Vielen Dank.',
    noneListed:
      'Unter Ihrem Namen wird nichts geführt. Falls Sie noch etwas von uns haben, etwa Ausweis, Schlüssel ' +
      'oder Firmenkarte, geben Sie es bitte zurück.',
    lastPay: 'Ihr letztes Gehalt',
    lastPayText:
      'Ihr Gehalt läuft bis zum oben genannten Tag. Wie offener Urlaub, Auslagen und Vorschüsse ' +
      'abgerechnet werden, teilt Ihnen die Personalabteilung oder die Gehaltsabrechnung mit der letzten ' +
      'Abrechnung mit.',
    lastInvoice: 'Ihre letzte Rechnung',
    lastInvoiceText:
      'Bitte senden Sie uns, was noch nicht in Rechnung gestellt ist. Bezahlt wird, wie im Vertrag vereinbart.',
    ask: 'Wen Sie fragen können',
    askText:
      'Bitte wenden Sie sich an die Personalabteilung, siehe unten. Zu Arbeitsmitteln fragen Sie, wer Ihnen ' +
      'dazu geschrieben hat.',
    fillIn: (company: string) => ['Ihr Kontakt in der Personalabteilung', `Für ${company}`],
    below: 'Name, Telefon oder E-Mail; Ort, Datum, Unterschrift',
  },
};
