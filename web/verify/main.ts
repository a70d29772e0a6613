import { jsonOf } from '#core/json.ts';
import './no-eval.ts';
import type { PackFiles } from '#core/evidence-check.ts';
import { checkEvidence } from '#core/period-check.ts';
import { Trust } from '#core/trust.ts';
import { largestPackBytes, unpack } from '#core/unpack.ts';
import { sha256, verify } from './cryptography.ts';
import { byId } from './element.ts';
import { resultOf, sentenceOf } from './result.ts';

// Runs in `verify.html`: takes a pack and keys, by choice or by drop, and shows what the check comes to.

interface Chosen<It> {
  readonly name: string;
  /** Null: it could not be read, and so nothing is checked. */
  readonly it: It | null;
}

const largestTrustBytes = 1024 * 1024;

let pack: Chosen<PackFiles> | null = null;
let trust: Chosen<Trust> | null = null;
/** Grows with each choice, so that only the newest is shown. */
let round = 0;

const packInput = byId('pack', HTMLInputElement);
const trustInput = byId('trust', HTMLInputElement);
const forget = byId('forget', HTMLButtonElement);

/** What is wrong with a file, beside where it was chosen; empty: nothing. */
function say(id: 'pack-said' | 'trust-said', problem: string): void {
  byId(id, HTMLElement).textContent = problem;
}

async function choosePack(file: File): Promise<void> {
  const tooLarge = file.size > largestPackBytes;
  const bytes = tooLarge ? null : new Uint8Array(await file.arrayBuffer());
  const found = bytes ? unpack(bytes) : null;
  const because = found?.kind === 'files' ? null : (found?.because ?? 'is too large for a pack.');
  pack = { name: file.name, it: found?.kind === 'files' ? found.files : null };
  say('pack-said', because ? `${file.name} ${because}` : '');
}

async function chooseTrust(file: File): Promise<void> {
  const text = file.size > largestTrustBytes ? '' : await file.text();
  const read = Trust.safeParse(jsonOf(text));
  trust = { name: file.name, it: read.success ? read.data : null };
  say('trust-said', read.success ? '' : `${file.name} is no trust.json of a pack.`);
  forget.hidden = false;
}

/** Takes what was chosen or dropped, then checks all there is. */
async function take(files: readonly File[], as?: 'pack' | 'trust'): Promise<void> {
  round += 1;
  const mine = round;
  show('Checking …', []);
  for (const file of files) {
    const isTrust = as ? as === 'trust' : file.name.toLowerCase().endsWith('.json');
    if (!as) showAsChosen(isTrust ? trustInput : packInput, file);
    await (isTrust ? chooseTrust(file) : choosePack(file)).catch(() => {
      if (isTrust) trust = { name: file.name, it: null };
      else pack = { name: file.name, it: null };
      say(isTrust ? 'trust-said' : 'pack-said', `${file.name} cannot be read.`);
    });
  }
  await checkAll(mine);
}

/** A file that was dropped stands where it would if it had been chosen. */
function showAsChosen(input: HTMLInputElement, file: File): void {
  const chosen = new DataTransfer();
  chosen.items.add(file);
  input.files = chosen.files;
}

async function checkAll(mine: number): Promise<void> {
  if (trust && !trust.it) {
    return show(`${trust.name} holds no keys, so nothing was checked.`, []);
  }
  if (!pack) return show('Now choose the pack.', []);
  if (!pack.it) return show(`${pack.name} could not be checked.`, []);
  const { name, it } = pack;
  const verdict = await checkEvidence(it, {
    sha256,
    verify,
    trust: trust?.it ?? null,
    checkStamp: null,
  });
  if (mine === round) show(sentenceOf(verdict, name), resultOf(verdict, it));
}

function show(sentence: string, parts: readonly HTMLElement[]): void {
  byId('status', HTMLElement).textContent = sentence;
  byId('result', HTMLElement).replaceChildren(...parts);
}

packInput.addEventListener('change', () => take([...(packInput.files ?? [])], 'pack'));
trustInput.addEventListener('change', () => take([...(trustInput.files ?? [])], 'trust'));
forget.addEventListener('click', () => {
  trust = null;
  trustInput.value = '';
  forget.hidden = true;
  say('trust-said', '');
  trustInput.focus();
  take([]);
});

// Anywhere on the page, or the browser would leave it for the file that was dropped.
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('over');
});
document.addEventListener('dragleave', (event) => {
  if (event.relatedTarget === null) document.body.classList.remove('over');
});
document.addEventListener('drop', (event) => {
  event.preventDefault();
  document.body.classList.remove('over');
  take([...(event.dataTransfer?.files ?? [])]);
});
