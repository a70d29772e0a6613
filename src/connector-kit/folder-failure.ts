import type { Failure } from '#core/failure.ts';

/** Names why a folder could not be read or written, by the code of the operating system. Pure. */
export function failureOf(code: string, where: string): Failure {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return { kind: 'forbidden', detail: `${where}: the operating system refuses it (${code}).` };
    case 'EROFS':
      return { kind: 'forbidden', detail: `${where} can only be read (${code}).` };
    case 'ENOSPC':
    case 'EDQUOT':
      return { kind: 'rejected', detail: `${where}: there is no room left (${code}).` };
    case 'ENOTDIR':
    case 'EEXIST':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return { kind: 'rejected', detail: `${where} cannot be made a folder or file (${code}).` };
    default:
      return { kind: 'unavailable', detail: `${where} does not answer (${code || 'no reason'}).` };
  }
}
