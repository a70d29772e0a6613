import { NoteProblem, readVkey } from '#core/note.ts';
import type { ReachableWitness } from '#ledger/ask-witness.ts';
import { sha256 } from '#ledger/hash.ts';
import type { Witnessing } from '#ledger/witnessing.ts';
import { isThisMachine, type Mistake } from './configuration-values.ts';

/** A note carries 16 signatures at most; four are ours while keys are changed. */
const mostWitnesses = 12;
const example = 'firm witness.firm.example+77007483+BKEH… https://witness.firm.example';

/** Each as a C2SP policy writes it, with commas between: a name of ours, its key, where it is asked. */
export function witnesses(text: string): readonly ReachableWitness[] | Mistake {
  const parts = text.split(',').map((it) => it.trim());
  const found: ReachableWitness[] = [];
  for (const part of parts.filter(Boolean)) {
    const it = witness(part);
    if ('problem' in it) return it;
    if (found.some(({ name }) => name === it.name)) {
      return { problem: `names ${it.name} twice; each witness needs a name of its own.` };
    }
    if (found.some(({ key }) => sameKey(key.publicKey, it.key.publicKey))) {
      return { problem: `holds the key of ${it.name} twice; one witness counts once.` };
    }
    found.push(it);
  }
  if (found.length <= mostWitnesses) return found;
  return { problem: `names ${found.length} witnesses; there can be ${mostWitnesses}.` };
}

function witness(part: string): ReachableWitness | Mistake {
  const [name = '', vkey = '', address = '', ...more] = part.split(/\s+/);
  if (
    !/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) ||
    name === 'none' ||
    address === '' ||
    more.length > 0
  ) {
    return { problem: `holds "${part}"; expected a name, a key and an address such as ${example}` };
  }
  const url = URL.parse(address);
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isThisMachine(url));
  if (!url || !isSafe || url.search || url.hash || url.username || url.password) {
    return {
      problem: `holds the address "${address}" for ${name}; expected https: (http: to this machine only), such as https://witness.firm.example.`,
    };
  }
  try {
    const key = readVkey(sha256, vkey);
    if (key.type === 'ed25519') {
      return { problem: `holds the key of a log for ${name}; expected that of a witness.` };
    }
    return { name, key, url: url.href.replace(/\/$/, '') };
  } catch (error) {
    if (!(error instanceof NoteProblem)) throw error;
    return { problem: `holds a key for ${name} that is none: ${error.message}` };
  }
}

const sameKey = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(b);

/** How many witnesses have to have signed: `none`, or a number. */
export function quorumIn(text: string): number | Mistake {
  if (text === 'none') return 0;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  return {
    problem: `is "${text}"; expected none, or how many of the witnesses have to have signed.`,
  };
}

export function witnessMinutes(text: string): number | Mistake {
  const minutes = Number(text);
  if (/^[1-9]\d{0,3}$/.test(text) && minutes <= 1_440) return minutes;
  return { problem: `is "${text}"; expected minutes, from 1 to 1440.` };
}

export const tooManyNeeded = ({ witnesses, quorum }: Witnessing): readonly string[] =>
  quorum > witnesses.length
    ? [
        `LEDGER_WITNESS_QUORUM is ${quorum}, and LEDGER_WITNESSES names ${witnesses.length}: no pack could be issued.`,
      ]
    : [];
