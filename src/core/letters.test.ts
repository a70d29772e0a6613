import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { languageOf, languages } from './language.ts';
import { quietSubject, type TaskAsk, taskLetter, taskWord } from './letters.ts';

const ask: TaskAsk = {
  name: 'Mona Manager',
  title: 'Collect the laptop of Priya Nair',
  stepId: '01STEP',
  publicUrl: 'https://gatehouse.meadow.example',
  quiet: false,
  due: '2026-12-31',
  instructions: 'Ask Priya Nair at the desk.',
  proof: ['serial number', 'badge number'],
  link: 'https://gatehouse.meadow.example/task/TOKEN',
};

describe('a letter about a task', () => {
  it('says what to do, until when, what to bring, and how to say that it is done', () => {
    const { subject, text } = taskLetter('en', 'new', ask);
    assert.equal(subject, 'Gatehouse: Collect the laptop of Priya Nair');
    assert.equal(
      text,
      [
        'Mona Manager,',
        '',
        'Ask Priya Nair at the desk.',
        '',
        'Due: 2026-12-31',
        'Please write down: serial number, badge number',
        '',
        'When it is done, say so here:',
        'https://gatehouse.meadow.example/task/TOKEN',
        'The link is for you alone; please do not pass it on. It is good for 30 days.',
        '',
        'With a key, when it is done: gatehouse step attest 01STEP --reason "…" --proof "serial number=…" --proof "badge number=…"',
        '',
        'https://gatehouse.meadow.example',
        '',
      ].join('\n'),
    );
  });

  it('says where a file is attached, which the link does not take', () => {
    const { text } = taskLetter('en', 'new', { ...ask, proof: ['file: receipt', 'condition'] });
    assert.match(text, /Please write down: condition\nPlease attach: receipt\n/);
    assert.match(
      text,
      /See it here; the file is attached with a key of Gatehouse:\nhttps:.*TOKEN\n/,
    );
    assert.match(text, /step attest 01STEP --reason "…" --proof "…" --file …/);
  });

  it('speaks the language of the company', () => {
    const because = { name: 'Fay', reason: 'Urlaub' };
    const { subject, text } = taskLetter('de', 'handed-over', { ...ask, because });
    assert.equal(subject, 'Gatehouse: Ihnen übergeben: Collect the laptop of Priya Nair');
    assert.match(text, /Fay hat Ihnen das übergeben: Urlaub/);
    assert.match(text, /Fällig: 2026-12-31\nBitte festhalten: serial number, badge number/);
    assert.equal(
      taskWord('de', 'overdue', { ...ask, others: ['Fay'] }).subject,
      'Gatehouse: Überfällig: Collect the laptop of Priya Nair',
    );
  });

  it('shows the receiver what was done, and both answers', () => {
    const done = { name: 'Fay', reason: 'Collected.', proof: 'C02' };
    for (const [note, subject] of [
      ['to-accept', 'Gatehouse: Please accept: Collect the laptop of Priya Nair'],
      ['reminder', 'Gatehouse: Reminder: Please accept: Collect the laptop of Priya Nair'],
    ] as const) {
      const letter = taskLetter('en', note, { ...ask, done });
      assert.equal(letter.subject, subject);
      assert.match(letter.text, /Fay says it is done: Collected\.\nWhat shows it: C02\n/);
      assert.match(letter.text, /Accept it or send it back here:\nhttps:.*\/task\/TOKEN\n/);
      assert.match(
        letter.text,
        /step accept 01STEP\nIf it is not: gatehouse step send-back 01STEP/,
      );
      assert.doesNotMatch(letter.text, /step attest/);
    }
  });

  it('about a confidential departure names neither the task nor the person, in any language', () => {
    const because = { name: 'Fay', reason: 'Priya Nair' };
    const done = { name: 'Fay', reason: 'Priya Nair', proof: 'Priya Nair' };
    for (const language of languages) {
      const letters = [
        ...(['new', 'reminder', 'moved', 'handed-over', 'sent-back', 'to-accept'] as const).map(
          (note) => taskLetter(language, note, { ...ask, quiet: true, because, done }),
        ),
        ...(['handed-on', 'recalled', 'overdue'] as const).map((word) =>
          taskWord(language, word, { ...ask, quiet: true, others: ['Priya Nair'] }),
        ),
      ];
      for (const { subject, text } of letters) {
        assert.doesNotMatch(`${subject}\n${text}`, /Priya|laptop|serial|Fay|TOKEN/);
        assert.match(text, /^Mona Manager,\n/);
      }
      assert.doesNotMatch(quietSubject(language), /Priya/);
    }
  });

  it('keeps names and titles on their line', () => {
    const evil = 'Eve\r\nBcc: all@meadow.example\u202e';
    const { subject, text } = taskLetter('en', 'new', { ...ask, name: evil, title: evil });
    assert.equal(subject, 'Gatehouse: Eve Bcc: all@meadow.example');
    assert.ok(text.startsWith('Eve Bcc: all@meadow.example,\n\n'));
  });
});

describe('the language of a letter to somebody at home', () => {
  it('is that of the country where it is clear, else that of the company', () => {
    assert.equal(languageOf('DE', 'en'), 'de');
    assert.equal(languageOf('at', 'en'), 'de');
    assert.equal(languageOf('US', 'de'), 'en');
    assert.equal(languageOf('CH', 'de'), 'de');
    assert.equal(languageOf('CH', 'en'), 'en');
    assert.equal(languageOf(null, 'de'), 'de');
  });
});
