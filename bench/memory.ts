import type { Row } from './row.ts';
export async function memory(): Promise<readonly Row[]> {
  return [];
}
