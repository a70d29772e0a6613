import type { PackFiles } from '#core/evidence-check.ts';
import type { Trust } from '#core/trust.ts';
import { checkFiles, type Read, readKept, readPack, readTrust } from './check.ts';
import { byId } from './element.ts';
import { resultOf, sentenceOf } from './result.ts';

// Runs in `verify.html`: takes a pack and keys, by choice or by drop, and shows what the check comes to.

interface Chosen<It> {
  readonly name: string;
  /** Null: it could not be read, and so nothing is checked. */
  readonly it: It | null;
}

/** What can be chosen, or dropped. */
type Kind = 'pack' | 'trust' | 'kept';

let pack: Chosen<PackFiles> | null = null;
let trust: Chosen<Trust> | null = null;
let kept: Chosen<string> | null = null;
/** Grows with each choice, so that only the newest is shown. */
let round = 0;

const inputs = {
  pack: byId('pack', HTMLInputElement),
  trust: byId('trust', HTMLInputElement),
  kept: byId('kept', HTMLInputElement),
} as const;
const forget = {
  trust: byId('forget', HTMLButtonElement),
  kept: byId('forget-kept', HTMLButtonElement),
} as const;

/** What is wrong with a file, beside where it was chosen; empty: nothing. */
function say(kind: Kind, problem: string): void {
  byId(`${kind}-said`, HTMLElement).textContent = problem;
}

/** What was read of a file, with what is wrong with it said beside where it was chosen. */
function chosen<It>(kind: Kind, { name }: File, read: Read<It>): Chosen<It> {
  say(kind, 'because' in read ? `${name} ${read.because}` : '');
  return { name, it: 'it' in read ? read.it : null };
}

async function choosePack(file: File): Promise<void> {
  pack = chosen('pack', file, await readPack(file));
}

async function chooseTrust(file: File): Promise<void> {
  trust = chosen('trust', file, await readTrust(file));
  forget.trust.hidden = false;
}

async function chooseKept(file: File): Promise<void> {
  kept = chosen('kept', file, await readKept(file));
  forget.kept.hidden = false;
}

const choose = { pack: choosePack, trust: chooseTrust, kept: chooseKept } as const;

function unreadable(kind: Kind, { name }: File): void {
  if (kind === 'pack') pack = { name, it: null };
  else if (kind === 'trust') trust = { name, it: null };
  else kept = { name, it: null };
  say(kind, `${name} cannot be read.`);
}

/** What a file is that was dropped: by its name, since what is in it may be damaged. */
function kindOf({ name }: File): Kind {
  if (/\.json$/i.test(name)) return 'trust';
  return /^checkpoint|\.txt$/i.test(name) ? 'kept' : 'pack';
}

/** Takes what was chosen or dropped, then checks all there is. */
async function take(files: readonly File[], as?: Kind): Promise<void> {
  round += 1;
  const mine = round;
  show('Checking …', []);
  for (const file of files) {
    const kind = as ?? kindOf(file);
    if (!as) showAsChosen(inputs[kind], file);
    await choose[kind](file).catch(() => unreadable(kind, file));
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
  if (kept && !kept.it) {
    return show(`${kept.name} holds no checkpoint, so nothing was checked.`, []);
  }
  if (!pack) return show('Now choose the pack.', []);
  if (!pack.it) return show(`${pack.name} could not be checked.`, []);
  const { name, it } = pack;
  const looked = await checkFiles(it, { trust: trust?.it ?? null, kept: kept?.it ?? null });
  const { verdict } = looked;
  if (mine === round) show(sentenceOf(verdict, name), resultOf(verdict, it, looked));
}

function show(sentence: string, parts: readonly HTMLElement[]): void {
  byId('status', HTMLElement).textContent = sentence;
  byId('result', HTMLElement).replaceChildren(...parts);
}

for (const kind of ['pack', 'trust', 'kept'] as const) {
  inputs[kind].addEventListener('change', () => take([...(inputs[kind].files ?? [])], kind));
}
for (const kind of ['trust', 'kept'] as const) {
  forget[kind].addEventListener('click', () => {
    if (kind === 'trust') trust = null;
    else kept = null;
    inputs[kind].value = '';
    forget[kind].hidden = true;
    say(kind, '');
    inputs[kind].focus();
    take([]);
  });
}

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
