import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { CaseWithSteps } from '#app/cases.ts';
import { saveConnectionInput } from '#app/connections.ts';
import { uploadList } from '#app/lists.ts';
import { importPlaybook, publishPlaybook } from '#app/playbooks.ts';
import { attestStep } from '#app/steps.ts';
import { type Company, houseOf, person, startCompany } from './support/company.ts';
import { startGatehouse, type TestGatehouse } from './support/gatehouse.ts';
import { stepOf, watching } from './support/watch.ts';

const playbook = `
playbook: involuntary-departure
title: Involuntary departure
for: departure
applies when: { all: [{ field: departure.kind, is: involuntary }] }
steps:
  - id: block
    layer: security
    do: account.suspend
    on: { category: physical }
    at: confirmed
  - id: equipment
    layer: operations
    do: assets.recover
    on: { category: assets }
    at: confirmed
`;
const priya = person('E-201', 'Priya Nair');
const things = 'name,serial,person_id,status\n';
const thinkPad = 'ThinkPad T14,PF3KTR1Y,E-201,';
const iPhone = 'iPhone 15,F17ZXM0KQ1,E-201,';

let gatehouse: TestGatehouse;
let company: Company;
let watch: ReturnType<typeof watching>;

const upload = (connectionId: string, text: string) =>
  uploadList(gatehouse.app, gatehouse.admin, {
    ...{ connectionId, file: Buffer.from(text), isSmaller: true },
  });
const laptop = 'equipment@store:PF3KTR1Y/E-201';
const phone = 'equipment@store:F17ZXM0KQ1/E-201';
const code = 'block@panel:priya/priya@meadow.example';
const isAsked = (it: CaseWithSteps, key: string) => stepOf(it, key)?.assignment != null;
const isSettled = (it: CaseWithSteps, key: string) => stepOf(it, key)?.status === 'settled';

describe('a departure in systems that are known by lists only', () => {
  before(async () => {
    gatehouse = await startGatehouse();
    const house = houseOf(gatehouse);
    watch = watching(house);
    company = await startCompany(house);
    const { app, admin } = gatehouse;
    const { playbook: draft } = await importPlaybook(app, admin, playbook);
    await publishPlaybook(app, admin, draft.id);
    for (const [id, what, category] of [
      ['panel', 'accounts', 'physical'],
      ['store', 'equipment', 'assets'],
    ] as const) {
      await saveConnectionInput(app, admin, {
        ...{ id, connector: 'list', category },
        settings: {
          ...{ system: id, what, instructions: 'Ring the guard.' },
          assignTo: { email: 'flo@meadow.example' },
        },
      });
    }
  });
  after(async () => {
    await gatehouse.stop();
    await company.close();
  });

  it('waits for a list, and never takes none for nobody', async () => {
    await company.tell('departure.confirmed', priya, {
      ...{ id: 'S-201', kind: 'involuntary', urgent: true, last_working_day: '2030-10-31' },
    });
    await watch.become('a search that waits', priya, ({ steps }) =>
      steps.some((it) => it.status !== 'settled' && /No list of panel/.test(it.because ?? '')),
    );

    await upload('panel', 'login,email,status\npriya,priya@meadow.example,active\n');
    await upload('store', `${things}${thinkPad}\n${iPhone}\nDesk,D-1,,\n`);
    const found = await watch.become('three questions', priya, (it) =>
      [laptop, phone, code].every((key) => isAsked(it, key)),
    );
    assert.equal(stepOf(found, laptop)?.account?.login, 'ThinkPad T14, serial PF3KTR1Y');
    assert.equal(stepOf(found, code)?.layer, 'security');
    const letter = await company.mail.waitFor((it) => it.subject.includes('PF3KTR1Y'));
    assert.deepEqual(letter.to, ['flo@meadow.example']);
  });

  it('takes somebody’s word, with the number of this very thing', async () => {
    const { id } = stepOf((await watch.caseOf(priya))!, laptop)!;
    const attest = (proof: string) =>
      attestStep(gatehouse.app, gatehouse.admin, id, { reason: 'It is here.', proof });

    await assert.rejects(
      attest('number on the device=F17ZXM0KQ1\nwho received it=Flo'),
      /has the number PF3KTR1Y, and that is not in it/,
    );
    assert.equal(await attest('number on the device=PF3KTR1Y\nwho received it=Flo'), 'attested');
    const after = await watch.become('a grade', priya, (it) => isSettled(it, laptop));
    assert.equal(stepOf(after, laptop)?.grade, 'attested');
  });

  it('is verified by newer lists, but not by what an unreadable row hides', async () => {
    await upload('store', `${things}iPhone 15,F17ZXM0KQ1,E-201,broken\nDesk,D-1,,\n`);
    await upload('panel', 'login,email,status\npriya,priya@meadow.example,blocked\n');
    const blocked = await watch.become('a grade', priya, (it) => isSettled(it, code));
    assert.equal(stepOf(blocked, code)?.grade, 'verified');
    assert.match(stepOf(blocked, code)?.because ?? '', /^The list of .* shows it blocked\.$/);
    await watch.quiet();
    assert.equal(stepOf((await watch.caseOf(priya))!, phone)?.status, 'running');

    await upload('store', `${things}iPhone 15,F17ZXM0KQ1,E-201,returned\nDesk,D-1,,\n`);
    const back = await watch.become('a grade', priya, (it) => isSettled(it, phone));
    assert.equal(stepOf(back, phone)?.grade, 'verified');
  });
});
