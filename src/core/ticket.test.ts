import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type TicketFacts, type TicketLine, ticketContent } from './ticket.ts';

const line = (title: string, more: Partial<TicketLine> = {}): TicketLine => ({
  title,
  system: null,
  login: null,
  grade: null,
  settledAt: null,
  needsPerson: false,
  deadline: null,
  ...more,
});
const blocked = line('Block sign-in', {
  system: 'Okta',
  login: 'priya',
  grade: 'verified',
  settledAt: new Date('2026-12-01T13:17:20Z'),
});
const laptop = line('Collect the laptop of Priya Nair', {
  needsPerson: true,
  deadline: new Date('2026-12-06T22:59:59Z'),
});

const departure: TicketFacts = {
  kind: 'departure',
  caseId: '01M83WKA6Y76MD47WC2RGWKHY7',
  link: 'https://gate.example/cases/01M83WKA6Y76MD47WC2RGWKHY7',
  confidential: false,
  takenBack: false,
  person: { name: 'Priya\nNair', department: 'Sales' },
  accessEndsAt: new Date('2026-12-01T13:00:00Z'),
  lastWorkingDay: '2026-12-01',
  firstDay: null,
  zone: 'Europe/Berlin',
  steps: [blocked, laptop, line('Leave groups', { system: 'Wiki' })],
};

describe('the text of a ticket', () => {
  it('tells who leaves and when, what was done and how well that is proven, and what is open', () => {
    assert.deepEqual(ticketContent(departure, 4_000), {
      title: 'Departure of Priya Nair',
      open: true,
      text: [
        'Departure of Priya Nair, Sales',
        'Access ends: 2026-12-01 14:00 Europe/Berlin',
        'Last working day: 2026-12-01',
        '',
        'Open for people:',
        '- Collect the laptop of Priya Nair, due 2026-12-06 23:59 Europe/Berlin',
        '',
        'Done:',
        '- Block sign-in in Okta: verified, 2026-12-01 14:17 Europe/Berlin',
        '',
        'Still to come by itself: 1',
        '',
        'What the words mean:',
        '- verified: read back from the system',
        '',
        'Everything about it: https://gate.example/cases/01M83WKA6Y76MD47WC2RGWKHY7',
        'Gatehouse writes this text, and writes it anew when something has changed.',
      ].join('\n'),
    });
  });

  it('is open only while people have something to do', () => {
    const settled = { ...laptop, grade: 'attested', settledAt: new Date(0) } as const;
    const steps = [blocked, settled, line('Leave groups')];

    assert.equal(ticketContent({ ...departure, steps }, 4_000).open, false);
    const held = [...steps, line('Sign out', { needsPerson: true })];
    assert.equal(ticketContent({ ...departure, steps: held }, 4_000).open, true);
  });

  it('tells accounts of one system apart', () => {
    const steps = [blocked, { ...blocked, login: 'admin-priya' }];
    const { text } = ticketContent({ ...departure, steps }, 4_000);

    assert.match(text, /in Okta \(priya\): verified/);
    assert.match(text, /in Okta \(admin-priya\): verified/);
  });

  it('gives nobody away who leaves in confidence', () => {
    const { title, text } = ticketContent({ ...departure, confidential: true }, 4_000);

    assert.equal(title, 'A departure (01M83WKA6Y76MD47WC2RGWKHY7)');
    assert.match(text, /1 of 3 steps have a grade/);
    assert.doesNotMatch(text, /priya|nair|sales|okta|laptop|2026|berlin/i);
  });

  it('says that a departure was taken back, and asks nobody for anything more', () => {
    const { text, open } = ticketContent({ ...departure, takenBack: true }, 4_000);

    assert.match(text, /Taken back/);
    assert.doesNotMatch(text, /Open for people|Still to come/);
    assert.equal(open, false);
  });

  it('tells of arrivals and of new roles as well', () => {
    const dates = { accessEndsAt: null, lastWorkingDay: null, firstDay: '2027-01-04' };
    const arrival = ticketContent({ ...departure, ...dates, kind: 'arrival' }, 4_000);
    assert.equal(arrival.title, 'Arrival of Priya Nair');
    assert.match(arrival.text, /^Arrival of Priya Nair, Sales\nFirst day: 2027-01-04\n/);

    const role = { ...departure, kind: 'role change', confidential: true } as const;
    assert.match(ticketContent(role, 4_000).title, /^A role change \(01M/);
  });

  it('fits, and says what is missing', () => {
    const steps = Array.from({ length: 200 }, (_, i) => ({ ...blocked, system: `System ${i}` }));
    const { text } = ticketContent({ ...departure, steps: [laptop, ...steps] }, 2_000);

    assert.ok(text.length <= 2_000, `${text.length}`);
    assert.match(text, /Open for people:\n- Collect/);
    const [, missing] = /… and (\d+) more lines/.exec(text) ?? [];
    const shown = text.match(/System \d+/g)!.length;
    assert.ok(Number(missing) >= 200 - shown);
    assert.match(text, /Everything about it: https/);
  });
});
